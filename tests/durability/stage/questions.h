#ifndef BRAINALIGN_TESTS_DURABILITY_STAGE_QUESTIONS_H_
#define BRAINALIGN_TESTS_DURABILITY_STAGE_QUESTIONS_H_

#include <string>
#include <vector>

#include "client/jobs/job.h"
#include "client/tensors/upload.h"
#include "core/align/result.h"

namespace brainalign {

// An alignment to ask a server for, and what it yields when nothing goes wrong:
// computed here, by the numerical library alone.
struct Question {
  JobRequest request;  // without name and request id
  AlignmentResult answer;
};

struct Questions {
  std::vector<TensorToUpload> tensors;  // what the questions are about
  std::vector<Question> all;
};

// Small alignments of two simulated recordings of `words` words: each has some
// twenty tiles; with 200 words it takes some hundredths of a second.
Questions SmallQuestions(int words);

// What in `result` is not the same bits as in the question's answer; empty if all
// are.
std::string DifferenceFromAnswer(const Question& question, const JobResult& result);
std::string DifferenceFromAnswer(const Question& question, const TileScores& tile);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_STAGE_QUESTIONS_H_
