#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client-lib/cli/stats_view.h"
#include "client-lib/exchange/csv_row.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace belfry::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class Rows {
 public:
  Rows() { exchange::AppendCsvRow({"table", "key", "figure", "value"}, out_); }

  // Every number in the message, zeros too; `figure` is the path to it, "acknowledge.reached.p50".
  void Add(const std::string& table, const std::string& key, const Message& message,
           const std::string& prefix = "") {
    const auto* reflection = message.GetReflection();
    const auto* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const std::string figure = absl::StrCat(prefix, field->name());
      if (field->is_repeated()) {
        if (field->message_type() == v1::Distribution::Bucket::descriptor()) {
          AddBuckets(table, key, static_cast<const v1::Distribution&>(message), prefix);
        }
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Add(table, key, reflection->GetMessage(message, field), absl::StrCat(figure, "."));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
        AddOne(table, key, figure, reflection->GetInt64(message, field));
      }
    }
  }

  std::string Take() && { return std::move(out_); }

 private:
  void AddOne(const std::string& table, const std::string& key, const std::string& figure,
              int64_t value) {
    exchange::AppendCsvRow({table, key, figure, absl::StrCat(value)}, out_);
  }

  void AddBuckets(const std::string& table, const std::string& key,
                  const v1::Distribution& distribution, const std::string& prefix) {
    for (const v1::Distribution::Bucket& bucket : distribution.buckets()) {
      AddOne(
          table, key,
          absl::StrCat(prefix, "upto_", bucket.upper() == 0 ? "any" : absl::StrCat(bucket.upper())),
          bucket.count());
    }
  }

  std::string out_;
};

}  // namespace

std::string StatsCsv(const v1::GetMeasuresResponse& measures) {
  Rows rows;
  rows.Add("total", "", measures.total());
  for (const auto& row : measures.groups()) rows.Add("group", row.key(), row);
  rows.Add("duties", "", measures.duties());
  for (const auto& row : measures.duties_by_code()) rows.Add("duty", row.key(), row);
  for (const auto& row : measures.duties_by_agency()) rows.Add("falls_on", row.key(), row);
  for (const auto& row : measures.duties_by_clause()) rows.Add("clause", row.key(), row);
  rows.Add("repeats", "", measures.repeats());
  for (const auto& row : measures.repeats().rows()) {
    rows.Add("repeats", absl::StrCat(row.entity(), " ", row.category()), row);
  }
  for (const auto& row : measures.reach()) rows.Add("level", absl::StrCat(row.level()), row);
  for (const auto& row : measures.workload().leads()) rows.Add("lead", row.lead(), row);
  for (const auto& row : measures.workload().weeks()) rows.Add("week", row.monday(), row);
  for (const auto& row : measures.workload().days()) {
    rows.Add("day", absl::StrCat(row.date(), " ", row.entity()), row);
  }
  return std::move(rows).Take();
}

}  // namespace belfry::cli
