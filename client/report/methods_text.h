#ifndef BRAINALIGN_CLIENT_REPORT_METHODS_TEXT_H_
#define BRAINALIGN_CLIENT_REPORT_METHODS_TEXT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace brainalign {

// What was done, as a paragraph for a paper, from the JSON of a result alone. A sentence whose
// fields are missing is left out. Every number is a field of the result, but the 95 % in the
// definition of t_max and of intervals, and the year of the reference.
std::string MethodsText(const nlohmann::ordered_json& result);

// What a methods section needs and a result does not know.
const std::vector<std::string>& MethodsToAdd();

// The references that MethodsText cites, for BibTeX.
extern const char kMethodsReferences[];

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_METHODS_TEXT_H_
