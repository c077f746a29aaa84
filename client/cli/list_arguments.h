#ifndef BRAINALIGN_CLIENT_CLI_LIST_ARGUMENTS_H_
#define BRAINALIGN_CLIENT_CLI_LIST_ARGUMENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace brainalign {

// `arguments` with the numbers that follow one of `flags` (such as "--alphas") as one argument with
// commas: "--alphas 1 10 100", "--alphas 1, 10, 100" and "--alphas=1 10 100" become
// "--alphas 1,10,100". A list ends where something else than a number follows, such as a folder. An
// argument that lacks a number ("1,,10") stays as it is.
std::vector<std::string> JoinNumbers(const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& flags);

// The names between the commas of `text`. Blanks around a name are left out, and so is an empty
// name. A name that holds commas, or begins with a quotation mark, is put in quotation marks (" or
// '), as in --where. INVALID_ARGUMENT, with the character, for a quotation mark that is not closed,
// or is followed by something else than a comma.
absl::StatusOr<std::vector<std::string>> SplitNames(const std::string& text);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_LIST_ARGUMENTS_H_
