#ifndef BRAINALIGN_CLIENT_CLI_LIST_ARGUMENTS_H_
#define BRAINALIGN_CLIENT_CLI_LIST_ARGUMENTS_H_

#include <string>
#include <vector>

namespace brainalign {

// `arguments` with the numbers that follow one of `flags` (such as "--alphas") as one argument with
// commas: "--alphas 1 10 100", "--alphas 1, 10, 100" and "--alphas=1 10 100" become
// "--alphas 1,10,100". A list ends where something else than a number follows, such as a folder.
std::vector<std::string> JoinNumbers(const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& flags);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_LIST_ARGUMENTS_H_
