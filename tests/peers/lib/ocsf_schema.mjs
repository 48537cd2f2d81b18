// The part of OCSF's schema language that says whether an event fits its class: inheritance,
// profiles, the dictionary of types, enumerations, requirements, constraints. Reads a checkout of
// ocsf/ocsf-schema.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

export class OcsfSchema {
  #folder;
  #dictionary;
  #objects = new Map();
  #events = new Map();

  constructor(folder) {
    this.#folder = folder;
    this.#dictionary = read(path.join(folder, 'dictionary.json'));
    for (const name of this.#files('objects')) this.#index(this.#objects, name);
    for (const name of this.#files('events')) this.#index(this.#events, name);
  }

  /** What is wrong with an event of a class; nothing when it fits. */
  check(className, event, profiles) {
    const errors = [];
    const definition = this.#resolve(this.#events, className.split('/').at(-1), profiles);
    // Numbers that the compiler of the schema makes; the source has only the place of the unknown.
    const { category, uid } = this.#events.get(className.split('/').at(-1));
    const categoryUid = read(path.join(this.#folder, 'categories.json')).attributes[category].uid;
    const made = {
      category_uid: categoryUid,
      class_uid: categoryUid * 1000 + uid,
      type_uid: (categoryUid * 1000 + uid) * 100 + event.activity_id,
    };
    for (const [name, value] of Object.entries(made)) {
      if (event[name] !== value) errors.push(`$.${name}: must be ${value}`);
      definition.attributes[name] = { ...definition.attributes[name], enum: { [value]: {} } };
    }
    this.#checkObject(definition, event, '$', profiles, errors);
    return errors;
  }

  #files(part) {
    return readdirSync(path.join(this.#folder, part), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.json'))
      .map((name) => path.join(this.#folder, part, name));
  }

  #index(into, file) {
    const definition = read(file);
    into.set(definition.name ?? path.basename(file, '.json'), definition);
  }

  #included(names) {
    const attributes = {};
    for (const name of names ?? []) {
      const file = path.join(this.#folder, name);
      if (existsSync(file)) attributes[name] = read(file);
    }
    return attributes;
  }

  /** A class or object with everything it inherits. */
  #resolve(from, name, profiles) {
    const definition = from.get(name);
    if (definition === undefined) return undefined;
    const base = definition.extends ? this.#resolve(from, definition.extends, profiles) : undefined;
    const attributes = structuredClone(base?.attributes ?? {});
    const { $include: include, ...rest } = definition.attributes ?? {};
    // Attributes of a profile are there for events that name the profile.
    for (const profile of Object.values(this.#included(include))) {
      const applies = profile.meta !== 'profile' || profiles.includes(profile.name);
      for (const [key, value] of Object.entries(profile.attributes ?? {})) {
        if (applies) attributes[key] = { ...attributes[key], ...value };
      }
    }
    for (const [key, value] of Object.entries(rest)) {
      const merged = { ...attributes[key], ...value };
      if (attributes[key]?.enum && value.enum) merged.enum = { ...attributes[key].enum, ...value.enum };
      attributes[key] = merged;
    }
    return {
      name,
      attributes,
      constraints: { ...base?.constraints, ...definition.constraints },
    };
  }

  #checkObject(definition, value, at, profiles, errors) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      errors.push(`${at}: must be an object`);
      return;
    }
    if (definition.name === 'object') return; // anything goes
    for (const [name, attribute] of Object.entries(definition.attributes)) {
      if (attribute.profile && !profiles.includes(attribute.profile)) continue;
      if (attribute.requirement === 'required' && value[name] === undefined) {
        errors.push(`${at}.${name}: is required`);
      }
    }
    const { at_least_one: some, just_one: one } = definition.constraints;
    const present = (names) => names.filter((name) => value[name] !== undefined).length;
    if (some && present(some) === 0) errors.push(`${at}: needs one of ${some}`);
    if (one && present(one) !== 1) errors.push(`${at}: needs just one of ${one}`);
    for (const [name, member] of Object.entries(value)) {
      const attribute = definition.attributes[name];
      if (attribute === undefined) {
        errors.push(`${at}.${name}: is not known in ${definition.name}`);
        continue;
      }
      this.#checkAttribute(name, attribute, member, `${at}.${name}`, profiles, errors);
    }
  }

  #checkAttribute(name, attribute, value, at, profiles, errors) {
    const known = this.#dictionary.attributes[name] ?? {};
    const all = { ...known, ...attribute };
    const values = attribute.enum || known.enum ? { ...known.enum, ...attribute.enum } : undefined;
    if (all.is_array && !Array.isArray(value)) {
      errors.push(`${at}: must be a list`);
      return;
    }
    for (const [index, one] of (all.is_array ? value : [value]).entries()) {
      const place = all.is_array ? `${at}[${index}]` : at;
      if (all.type?.endsWith('_t')) {
        this.#checkScalar(all.type, one, place, errors);
        // A closed list, unless the value is text.
        if (values && all.type !== 'string_t' && values[String(one)] === undefined) {
          errors.push(`${place}: ${one} is none of its values`);
        }
        continue;
      }
      const object = this.#resolve(this.#objects, all.object_type ?? all.type, profiles);
      if (object === undefined) errors.push(`${place}: type ${all.type} is not known`);
      else this.#checkObject(object, one, place, profiles, errors);
    }
  }

  #checkScalar(type, value, at, errors) {
    const rule = this.#dictionary.types.attributes[type];
    const base = rule?.type ?? type;
    const fits =
      base === 'integer_t' || base === 'long_t'
        ? Number.isInteger(value)
        : base === 'float_t'
          ? typeof value === 'number'
          : base === 'boolean_t'
            ? typeof value === 'boolean'
            : base === 'string_t'
              ? typeof value === 'string'
              : true;
    if (!fits) errors.push(`${at}: must be ${type}`);
    if (fits && rule?.max_len !== undefined && value.length > rule.max_len) {
      errors.push(`${at}: is longer than ${rule.max_len}`);
    }
    if (fits && rule?.regex && !new RegExp(rule.regex).test(value)) {
      errors.push(`${at}: does not match ${rule.regex}`);
    }
  }
}
