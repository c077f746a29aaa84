#ifndef BRAINALIGN_TESTS_CLIENT_RIGOUR_MADE_UP_FACTS_H_
#define BRAINALIGN_TESTS_CLIENT_RIGOUR_MADE_UP_FACTS_H_

#include "client/rigour/facts.h"

namespace brainalign {

// Of a job by the preset strict in which everything is as it should be.
JobFacts Strict();

// Everything done, and everything well.
RigourFacts Facts();

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_RIGOUR_MADE_UP_FACTS_H_
