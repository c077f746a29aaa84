#ifndef BRAINALIGN_CLIENT_RIGOUR_VERDICT_CONTROLS_H_
#define BRAINALIGN_CLIENT_RIGOUR_VERDICT_CONTROLS_H_

#include "client/rigour/facts.h"
#include "client/rigour/verdict.h"

// The rules of docs/rigour.md on the controls. Each appends its sentences.

namespace brainalign {

// What came of the question whether brain and activations are related.
enum class Relation { kEstablished, kNotShown, kNotTested };

void JudgeNuisance(const RigourFacts& facts, Relation relation, Verdict& verdict);
void JudgePreviousWords(const RigourFacts& facts, Relation relation, Verdict& verdict);
void JudgeSwaps(const RigourFacts& facts, Relation relation, Verdict& verdict);
void JudgeUntrained(const RigourFacts& facts, Verdict& verdict);
void DescribePaper(const RigourFacts& facts, Verdict& verdict);
void DescribeShuffled(const RigourFacts& facts, Verdict& verdict);
void DescribeNeighbours(const RigourFacts& facts, Verdict& verdict);
void DescribeCeiling(const RigourFacts& facts, Verdict& verdict);
// What no part looks at. Every verdict says it.
void NameTheUntested(const RigourFacts& facts, Verdict& verdict);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RIGOUR_VERDICT_CONTROLS_H_
