// STIX 2.1 from anybody. An incident of Belfry comes back whole; of others what the standard says.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client-lib/exchange/message_json.h"
#include "client-lib/exchange/read.h"
#include "client-lib/exchange/stix_words.h"
#include "google/protobuf/util/time_util.h"
#include "re2/re2.h"

namespace belfry::exchange {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

// Takes members out of an object; the first thing that is wrong stays.
class ObjectReader {
 public:
  ObjectReader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  std::string Text(const char* name, bool needed) {
    const Json* member = Find(name, needed);
    if (member == nullptr) return "";
    if (!member->is_string()) {
      Fail(name, absl::StrCat("must be text, and is ", KindOf(*member)));
      return "";
    }
    return member->get<std::string>();
  }

  Timestamp Time(const char* name, bool needed) {
    Timestamp time;
    const std::string text = Text(name, needed);
    if (text.empty() && (!needed || !status_.ok())) return time;
    // Only "Z": the standard has no other zone.
    if (!absl::EndsWith(text, "Z") || !TimeUtil::FromString(text, &time)) {
      Fail(name, "must be a time like \"2026-10-06T12:00:00.000Z\"");
    }
    return time;
  }

  std::vector<std::string> Texts(const char* name) {
    std::vector<std::string> texts;
    const Json* member = Find(name, false);
    if (member == nullptr) return texts;
    if (!member->is_array()) {
      Fail(name, absl::StrCat("must be a list, and is ", KindOf(*member)));
      return texts;
    }
    for (size_t i = 0; i < member->size(); ++i) {
      if (!(*member)[i].is_string()) {
        Fail(ElementPath(name, i), absl::StrCat("must be text, and is ", KindOf((*member)[i])));
        return texts;
      }
      texts.push_back((*member)[i].get<std::string>());
    }
    return texts;
  }

  // "marking_ref" of the granular markings.
  std::vector<std::string> PartMarks() {
    constexpr char kName[] = "granular_markings";
    std::vector<std::string> ids;
    const Json* member = Find(kName, false);
    if (member == nullptr) return ids;
    if (!member->is_array()) {
      Fail(kName, absl::StrCat("must be a list, and is ", KindOf(*member)));
      return ids;
    }
    for (size_t i = 0; i < member->size(); ++i) {
      const Json& row = (*member)[i];
      if (!row.is_object()) {
        Fail(ElementPath(kName, i), absl::StrCat("must be an object, and is ", KindOf(row)));
        return ids;
      }
      ObjectReader part(row, absl::StrCat(path_, ".", ElementPath(kName, i)));
      ids.push_back(part.Text("marking_ref", false));
      Keep(part.status());
    }
    return ids;
  }

  // Null when there is none.
  const Json* Object(const char* name) {
    const Json* member = Find(name, false);
    if (member != nullptr && !member->is_object()) {
      Fail(name, absl::StrCat("must be an object, and is ", KindOf(*member)));
      return nullptr;
    }
    return member;
  }

  void Fail(absl::string_view name, absl::string_view what) {
    if (!status_.ok()) return;
    status_ = JsonError(name.empty() ? path_ : absl::StrCat(path_, ".", name), what);
  }
  void Keep(const absl::Status& status) {
    if (status_.ok()) status_ = status;
  }
  const absl::Status& status() const { return status_; }
  const std::string& path() const { return path_; }

 private:
  const Json* Find(const char* name, bool needed) {
    const auto found = json_.find(name);
    if (found != json_.end()) return &*found;
    if (needed) Fail(name, "is needed");
    return nullptr;
  }

  const Json& json_;
  const std::string path_;
  absl::Status status_;
};

bool IsStixId(const std::string& id, absl::string_view type) {
  static const re2::RE2& uuid = *new re2::RE2(
      "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}");
  absl::string_view rest = id;
  return absl::ConsumePrefix(&rest, type) && absl::ConsumePrefix(&rest, "--") &&
         re2::RE2::FullMatch(re2::StringPiece(rest.data(), rest.size()), uuid);
}

// The extension of an object; null when it has none.
const Json* ExtensionOf(ObjectReader& reader, const char* id) {
  const Json* extensions = reader.Object("extensions");
  if (extensions == nullptr) return nullptr;
  const auto found = extensions->find(id);
  if (found == extensions->end()) return nullptr;
  if (!found->is_object()) {
    reader.Fail(MemberPath("extensions", id), "must be an object");
    return nullptr;
  }
  return &*found;
}

std::string ExtensionPath(const ObjectReader& reader, const char* id) {
  return MemberPath(absl::StrCat(reader.path(), ".extensions"), id);
}

// The strictest of the TLP marks on an object or on parts of it: what is marked in part is kept as
// a whole.
std::optional<Tlp> MarkOf(ObjectReader& reader) {
  std::optional<Tlp> strictest;
  const auto add = [&strictest](const std::string& id) {
    const std::optional<Tlp> label = TlpOfMarking(id);
    if (label.has_value()) strictest = std::max(strictest.value_or(*label), *label);
  };
  for (const std::string& id : reader.Texts("object_marking_refs")) add(id);
  for (const std::string& id : reader.PartMarks()) add(id);
  return strictest;
}

class BundleReader {
 public:
  explicit BundleReader(const Json& json) : json_(json) {}

  absl::StatusOr<ReadFile> Read() {
    ObjectReader bundle(json_, "$");
    if (bundle.Text("type", true) != "bundle") bundle.Fail("type", "must be \"bundle\"");
    if (!bundle.status().ok()) return bundle.status();
    const auto objects = json_.find("objects");
    if (objects == json_.end() || !objects->is_array()) {
      return JsonError("$.objects", "must be a list of objects");
    }
    file_.format = Format::kStix;
    // Incidents first: notes say which they are about.
    for (const bool notes : {false, true}) {
      for (size_t i = 0; i < objects->size(); ++i) {
        const std::string path = ElementPath("$.objects", i);
        if (absl::Status status = Object((*objects)[i], path, notes); !status.ok()) return status;
      }
    }
    return std::move(file_);
  }

 private:
  absl::Status Object(const Json& json, const std::string& path, bool notes) {
    if (!json.is_object()) {
      return JsonError(path, absl::StrCat("must be an object, and is ", KindOf(json)));
    }
    ObjectReader reader(json, path);
    const std::string type = reader.Text("type", true);
    if (!reader.status().ok()) return reader.status();
    if (!notes && type == "incident") return Incident(reader);
    if (notes && type == "note") return Note(reader);
    if (!notes && type != "note") ++file_.ignored_objects;
    return absl::OkStatus();
  }

  absl::Status Incident(ObjectReader& reader) {
    ReadIncident read;
    read.object_id = reader.Text("id", true);
    if (reader.status().ok() && !IsStixId(read.object_id, "incident")) {
      reader.Fail("id", "must be \"incident--\" and a UUID");
    }
    const std::string name = reader.Text("name", true);
    const std::string description = reader.Text("description", false);
    const Timestamp created = reader.Time("created", true);
    const Timestamp modified = reader.Time("modified", true);
    read.mark = MarkOf(reader);
    const Json* core = ExtensionOf(reader, kIncidentCoreExtension);
    const Json* own = ExtensionOf(reader, kBelfryExtension);
    if (core != nullptr) {
      ObjectReader members(*core, ExtensionPath(reader, kIncidentCoreExtension));
      read.determination = members.Text("determination", false);
      read.stix_types = members.Texts("incident_types");
      reader.Keep(members.status());
    }
    read.foreign = own == nullptr;
    if (own != nullptr) {
      const std::string path = ExtensionPath(reader, kBelfryExtension);
      const auto record = own->find("record");
      if (record == own->end()) {
        reader.Keep(JsonError(MemberPath(path, "record"), "is needed"));
      } else {
        reader.Keep(JsonToMessage(*record, MemberPath(path, "record"), &read.part));
      }
    }
    if (!reader.status().ok()) return reader.status();
    belfry::v1::Incident& incident = *read.part.mutable_incident();
    incident.set_title(name);
    incident.set_summary(description);
    if (read.foreign) {
      *incident.mutable_create_time() = created;
      *incident.mutable_update_time() = modified;
      if (read.mark.has_value()) incident.set_tlp(std::string(TlpLabel(*read.mark)));
    }
    if (!by_id_.emplace(read.object_id, file_.incidents.size()).second) {
      return JsonError(absl::StrCat(reader.path(), ".id"), "is that of an earlier object");
    }
    file_.incidents.push_back(std::move(read));
    return absl::OkStatus();
  }

  absl::Status Note(ObjectReader& reader) {
    const std::vector<std::string> about = reader.Texts("object_refs");
    const std::optional<Tlp> mark = MarkOf(reader);
    belfry::v1::TimelineEntry entry;
    const Json* own = ExtensionOf(reader, kBelfryExtension);
    if (own != nullptr) {
      const std::string path = MemberPath(ExtensionPath(reader, kBelfryExtension), "entry");
      const auto record = own->find("entry");
      reader.Keep(record == own->end() ? JsonError(path, "is needed")
                                       : JsonToMessage(*record, path, &entry));
    } else {
      *entry.mutable_time() = reader.Time("created", true);
      entry.set_actor(absl::StrJoin(reader.Texts("authors"), ", "));
      entry.set_kind("NOTE_ADDED");
      entry.set_name(reader.Text("id", true));
      if (mark.has_value()) entry.set_tlp(std::string(TlpLabel(*mark)));
    }
    const std::string abstract = reader.Text("abstract", false);
    entry.set_text(reader.Text("content", true));
    if (!reader.status().ok()) return reader.status();
    for (const std::string& id : about) {
      const auto found = by_id_.find(id);
      if (found == by_id_.end()) continue;
      ReadIncident& read = file_.incidents[found->second];
      // What an export left out is said to its reader, and is no part of the record.
      if (own == nullptr && !read.foreign && abstract == "Left out of this export") continue;
      *read.part.add_timeline() = entry;
    }
    return absl::OkStatus();
  }

  const Json& json_;
  ReadFile file_;
  std::map<std::string, size_t> by_id_;
};

}  // namespace

absl::StatusOr<ReadFile> ReadStix(const Json& json) { return BundleReader(json).Read(); }

}  // namespace belfry::exchange
