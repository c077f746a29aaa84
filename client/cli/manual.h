#ifndef BRAINALIGN_CLIENT_CLI_MANUAL_H_
#define BRAINALIGN_CLIENT_CLI_MANUAL_H_

#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace brainalign {

// The pages of section 1 of the manual, made of the help: brainalign, and brainalign-VERB for each
// verb. Each with the name of its file, such as "brainalign-run.1", and its text for man (roff).
std::vector<std::pair<std::string, std::string>> ManualPages(const CLI::App& app);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_MANUAL_H_
