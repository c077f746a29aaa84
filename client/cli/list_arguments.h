#ifndef BRAINALIGN_CLIENT_CLI_LIST_ARGUMENTS_H_
#define BRAINALIGN_CLIENT_CLI_LIST_ARGUMENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace brainalign {

// What is wrong with the list that follows one of the flags in `arguments`, as a sentence with the
// right form; empty if nothing is. A list is one argument, with one comma between its parts: not
// "1,2,", "1,,2", "1 2" or "1" "2". `number_flags` (such as "--alphas") are followed by numbers,
// `name_flags` by names. A part that is no number, and a list without parts, are left to the parser
// of flags.
std::string DescribeBadLists(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& number_flags,
                             const std::vector<std::string>& name_flags);

// The names between the commas of `text`. Blanks around a name are left out. A name that holds
// commas, or begins with a quotation mark, is put in quotation marks (" or '), as in --where.
// INVALID_ARGUMENT, with the character, for a quotation mark that is not closed, or is followed by
// something else than a comma, and for a comma with no name on one side.
absl::StatusOr<std::vector<std::string>> SplitNames(const std::string& text);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_LIST_ARGUMENTS_H_
