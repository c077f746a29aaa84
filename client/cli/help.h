#ifndef BRAINALIGN_CLIENT_CLI_HELP_H_
#define BRAINALIGN_CLIENT_CLI_HELP_H_

#include <string>
#include <vector>

#include "client/cli/verb.h"

namespace brainalign {

// brainalign help [VERB...] and brainalign version: what --help and --version print.
Verb AddHelp(CLI::App& root);
Verb AddVersion(CLI::App& root);

// Such as "brainalign 0.1.0 (numerics 10)".
std::string VersionText();

// The message if `arguments` do not begin with a verb of `root`, or continue with a verb that does
// not exist: the probable verb, and all verbs. Empty if there is no error.
std::string DescribeUnknownVerb(const CLI::App& root, const std::vector<std::string>& arguments);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_HELP_H_
