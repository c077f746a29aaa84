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

// What to say if `arguments` do not begin with a verb of `root`, or go on with one that its verb
// does not have: what was probably meant, and the verbs there are. Empty if there is nothing to
// say.
std::string DescribeUnknownVerb(const CLI::App& root, const std::vector<std::string>& arguments);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_HELP_H_
