// The life of one incident in twenty-seven steps, as people do it in chat: by forms, buttons, typed
// lines, marked and edited messages. A driver plays it on one platform; what was recorded must be the
// same on all of them.
//
// A driver has:
//   line(who, text)                      types a command
//   alone(who, text)                     the same, where nobody else reads the answer
//   form(who, text, fields, submit)      types a command that opens a form, fills it in, sends it
//   press(who, label)                    a button of the incident's headline
//   confirm(who)                         the button of the question that was asked last
//   message(who, text)                   writes a message under the headline and returns a handle
//   mark(who, handle)                    marks that message for the timeline
//   edit(who, handle, text)              edits it
//   answered(pattern)                    the text of the newest answer that matches
// `fields` are [field name, label, value].

/** `tell` runs the command line as somebody and returns its output. */
export function storySteps({ id, tell }) {
  let code;
  let message;
  return [
    {
      what: 'somebody Belfry does not know reports by a form',
      act: (driver) =>
        driver.form(
          'dop.clerk',
          'open',
          [
            ['title', 'What happened', 'Permit portal is flooded and unreachable'],
            ['agency', 'Agency', 'DOP'],
          ],
          'Report',
        ),
      kinds: ['INCIDENT_REPORTED'],
    },
    {
      what: 'they ask to be known',
      act: async (driver) => {
        await driver.alone('dop.clerk', 'link');
        code = (await driver.answered(/[0-9A-Z]{4}-[0-9A-Z]{4}/)).match(/\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/)[0];
      },
    },
    {
      what: 'and prove at a terminal who they are',
      act: async () => tell('dop.clerk', ['link', code]),
    },
    {
      what: 'now they are somebody',
      act: async (driver) => {
        await driver.line('dop.clerk', 'whoami');
        await driver.answered(/dop\.clerk|Permit clerk/);
      },
    },
    { what: 'acknowledged by a button', act: (driver) => driver.press('dop.iso', 'Acknowledge'), kinds: ['ACKNOWLEDGED'] },
    {
      what: 'a note, typed',
      act: (driver) => driver.line('dop.clerk', `note ${id()} "The carrier was called"`),
      kinds: ['NOTE_ADDED'],
    },
    {
      what: 'a message is marked for the timeline',
      act: async (driver) => {
        message = await driver.message('dop.iso', 'The carrier filters since 22:00');
        await driver.mark('dop.iso', message);
      },
      kinds: ['NOTE_ADDED'],
    },
    {
      what: 'the message is edited, and the note follows it',
      act: (driver) => driver.edit('dop.iso', message, 'The carrier filters since 22:05'),
      kinds: ['NOTE_ADDED'],
    },
    {
      what: 'the type',
      act: (driver) => driver.line('dop.iso', `type ${id()} dos/packet_flood`),
      kinds: ['CATEGORIES_ASSIGNED'],
    },
    {
      what: 'the severity is raised',
      act: (driver) => driver.line('dop.iso', `sev ${id()} 3 Permits only on paper`),
      kinds: ['SEVERITY_CHANGED'],
    },
    {
      what: 'escalated by a form',
      act: (driver) =>
        driver.form('dop.iso', `escalate ${id()}`, [['reason', 'Why', 'The Secretariat must know']], 'Page them'),
      kinds: ['PAGED'],
    },
    { what: 'a ticket', act: (driver) => driver.line('commonhelp', `ticket ${id()} E2E:48113`), kinds: ['TICKET_LINKED'] },
    { what: 'taken by the CSIRT', act: (driver) => driver.line('csirt.handler', `take ${id()}`), kinds: ['STATE_CHANGED'] },
    {
      what: 'the questions of the policy, answered',
      act: (driver) =>
        driver.line(
          'csirt.handler',
          `fact ${id()} verdict:CONFIRMED attack_intrusion:NO criminal:RULED_OUT personal_information:NONE public_safety:NO third_party:NO statewide:NO reason:"seen by the carrier"`,
        ),
      kinds: ['FACT_RECORDED'],
    },
    { what: 'declared', act: (driver) => driver.line('csirt.handler', `declare ${id()}`), kinds: ['STATE_CHANGED'] },
    {
      what: 'the daily status by a form',
      act: (driver) =>
        driver.form(
          'dop.contact',
          `update ${id()}`,
          [
            ['conditions', 'Conditions: how things stand', 'The portal answers again'],
            ['actions', 'Actions: done and under way', 'A filter at the carrier'],
            ['needs', 'Needs: what is missing', 'none'],
          ],
          'Send',
        ),
      kinds: ['DOCUMENT_SUBMITTED'],
    },
    {
      what: 'the follow-up report by a form',
      act: (driver) =>
        driver.form(
          'dop.contact',
          `followup ${id()}`,
          [
            ['summary', 'What happened', 'Packets from abroad flooded the portal'],
            ['impact', 'Functional and information impact', 'Permits only on paper'],
            ['actions', 'Containment and other actions so far', 'A filter at the carrier'],
            ['next', 'Next steps', 'Observe'],
          ],
          'Send',
        ),
      kinds: ['DOCUMENT_SUBMITTED'],
    },
    {
      what: 'a decision with legal effect: Belfry asks first',
      act: async (driver) => {
        await driver.line('csirt.executive', `decide ${id()} SELF_HELP YES reason:"the agency asked for it"`);
        await driver.answered(/reasonable costs/);
      },
      nothing: true,
    },
    { what: 'and does it when told so', act: (driver) => driver.confirm('csirt.executive'), kinds: ['DECIDED'] },
    {
      what: 'what is done about the evidence',
      act: async (driver) => {
        await driver.line('csirt.handler', `document ${id()} EVIDENCE_PLAN plan:COLLECT steps:"flow records of the carrier"`);
        await driver.line('dop.contact', `document ${id()} LOG_SOURCES sources:"edge router PRESERVED, portal PRESERVED"`);
      },
      kinds: ['DOCUMENT_SUBMITTED', 'DOCUMENT_SUBMITTED'],
    },
    {
      what: 'what else a declared incident asks for',
      act: async (driver) => {
        await driver.line('csirt.handler', `ack ${id()}`);
        await driver.line('eox.scio', `ack ${id()}`);
        await driver.line('eox.scio', `notify ${id()} CCIO-CSO-VIA-SCIO "The permit portal is flooded"`);
        await driver.line('dop.iso', `document ${id()} DECISION_AUTHORITY technical:"the administrator on duty"`);
        await driver.line('dop.iso', `document ${id()} CISO_COORDINATOR coordinator:"the CISO"`);
        await driver.line(
          'eox.scio',
          `document ${id()} WRITTEN_NOTICE to:BOTH nature:"The permit portal was flooded" data_kinds:NONE_IDENTIFIED procedures:"established ones" consulted:"the Secretariat CIO" contact:"the primary contact"`,
        );
        await driver.line('dop.contact', `document ${id()} ACTION what:"Filter at the carrier" result:"the portal answers"`);
      },
      kinds: ['ACKNOWLEDGED', 'NOTICE_SENT', 'DOCUMENT_SUBMITTED', 'DOCUMENT_SUBMITTED', 'DOCUMENT_SUBMITTED', 'DOCUMENT_SUBMITTED'],
    },
    {
      what: 'contained',
      act: async (driver) => {
        await driver.line('dop.contact', `fact ${id()} devices_contained:ALL`);
        await driver.line('dop.contact', `contain ${id()}`);
      },
      kinds: ['FACT_RECORDED', 'STATE_CHANGED'],
    },
    {
      what: 'eradicated',
      act: async (driver) => {
        await driver.line('dop.contact', `fact ${id()} cause:"Flood from a rented botnet" weaknesses:"No filter in front"`);
        await driver.line('dop.contact', `eradicate ${id()}`);
      },
      kinds: ['FACT_RECORDED', 'STATE_CHANGED'],
    },
    {
      what: 'recovered and resolved',
      act: async (driver) => {
        await driver.line('dop.contact', `fact ${id()} devices_clean:NONE_TO_RESTORE services_restored:YES`);
        await driver.line('dop.contact', `recover ${id()}`);
        await driver.line('csirt.executive', `decide ${id()} SELF_HELP END reason:"the filter holds" confirm:yes`);
        await driver.line('dop.iso', `resolve ${id()}`);
      },
      kinds: ['FACT_RECORDED', 'STATE_CHANGED', 'DECIDED', 'STATE_CHANGED'],
    },
    {
      what: 'nothing closes while a sign-off is missing, and the refusal says which',
      act: async (driver) => {
        await driver.line('csirt.handler', `close ${id()} confirm:yes`);
        await driver.answered(/has not signed off/i);
      },
      nothing: true,
    },
    {
      what: 'closed, after the question',
      act: async (driver) => {
        await driver.line(
          'dop.iso',
          `fact ${id()} weaknesses_settled:MITIGATED records_reviewed:YES iso_sign_off:YES`,
        );
        await driver.line(
          'dop.iso',
          `document ${id()} PIR cause:"no filter in front" worked:"the carrier was quick" recommendations:"keep the filter"`,
        );
        await driver.line('csirt.handler', `close ${id()}`);
        await driver.confirm('csirt.handler');
      },
      kinds: ['FACT_RECORDED', 'DOCUMENT_SUBMITTED', 'STATE_CHANGED'],
    },
    {
      what: 'reopened on new facts',
      act: async (driver) => {
        await driver.line('csirt.executive', `reopen ${id()} reason:"The flood came back"`);
        await driver.confirm('csirt.executive');
      },
      kinds: ['STATE_CHANGED'],
    },
  ];
}
