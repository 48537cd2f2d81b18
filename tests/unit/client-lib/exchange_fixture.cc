#include "tests/unit/client-lib/exchange_fixture.h"

#include <fstream>
#include <sstream>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace belfry::exchange {

policy::v1::Policy ShippedPack(const std::string& id) {
  std::ifstream file(BELFRY_SOURCE_DIR "/deploy/policy/" + id + ".textproto");
  std::ostringstream text;
  text << file.rdbuf();
  policy::v1::Policy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text.str(), &policy));
  return policy;
}

v1::Export OneIncident(const std::string& text) {
  v1::Export file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        format: "belfry-export/1"
        export_time { seconds: 1791300000 }
        exporter: "people/csirt.handler"
        tlp: "TLP:AMBER+STRICT"
        tlp_max: "TLP:AMBER+STRICT"
        producer: "belfry test"
        entities { name: "entities/dop" title: "Department of Permits" }
        incidents {
          incident {
            name: "incidents/DOP-2026-0001"
            uid: "0199b1a0-0000-7000-8000-000000000001"
            state: "DECLARED"
            severity: "SEV3"
            entity: "entities/dop"
            entities {
              entity: "entities/dop"
              relation: RELATION_ORIGIN
              detect_time { seconds: 1791280000 }
            }
            entities { entity: "entities/bor" relation: RELATION_POTENTIAL }
            categories { category: "CAT-10" sub_values: "PACKET_FLOOD" }
            facts { name: "verdict" value: "CONFIRMED" author: "people/csirt.handler" }
            facts { name: "personal_information" value: "NONE" }
            reporter: "people/dop.clerk"
            clocks {
              clock: "TR"
              time { seconds: 1791281000 }
            }
            tickets { system: "E2E" number: "48113" }
            tlp: "TLP:AMBER+STRICT"
            policy: "itd-sec-4.3@1"
            create_time { seconds: 1791281000 nanos: 123456000 }
            update_time { seconds: 1791290000 }
            etag: "7"
            severity_score: 46.67
            devices { device: "pc-1" subnet: "10.20.4.0/24" status: STATUS_ISOLATED }
            costs { number: 1 description: "carrier" amount_cents: 119050 }
          }
          timeline {
            name: "incidents/DOP-2026-0001/timeline/2"
            time { seconds: 1791281060 }
            actor: "people/dop.iso"
            via: "grpc"
            kind: "NOTE_ADDED"
            clauses: "POL-7.4"
          }
          obligations {
            instance: "FOLLOWUP-24H"
            code: "FOLLOWUP-24H"
            title: "Follow-up report"
            kind: "HARD"
            state: STATE_PENDING
            due_time { seconds: 1791366400 }
            span { seconds: 86400 }
          }
        })pb",
      &file));
  file.mutable_incidents(0)->mutable_incident()->set_title(text);
  file.mutable_incidents(0)->mutable_incident()->set_summary(text);
  file.mutable_incidents(0)->mutable_timeline(0)->set_text(text);
  return file;
}

ExportOptions Everything() { return {}; }

Policies Packs() {
  static const auto& pack = *new policy::v1::Policy(ShippedPack());
  return {{"itd-sec-4.3@1", pack}};
}

Mappings ShippedMappingsOf() {
  Collected collected{OneIncident("x"), Packs()};
  const auto mappings = LoadMappings(collected, "");
  EXPECT_TRUE(mappings.ok()) << mappings.status();
  return mappings.ok() ? *mappings : Mappings();
}

}  // namespace belfry::exchange
