// Rows of CSV (RFC 4180) that are safe to open in a spreadsheet.
#ifndef BELFRY_CLIENT_LIB_EXCHANGE_CSV_ROW_H_
#define BELFRY_CLIENT_LIB_EXCHANGE_CSV_ROW_H_

#include <string>
#include <vector>

namespace belfry::exchange {

// A cell that a spreadsheet could take for a formula begins with an apostrophe; control characters
// are shown as their pictures.
void AppendCsvRow(const std::vector<std::string>& cells, std::string& out);

}  // namespace belfry::exchange

#endif  // BELFRY_CLIENT_LIB_EXCHANGE_CSV_ROW_H_
