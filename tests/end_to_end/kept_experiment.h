#ifndef BRAINALIGN_TESTS_END_TO_END_KEPT_EXPERIMENT_H_
#define BRAINALIGN_TESTS_END_TO_END_KEPT_EXPERIMENT_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {

// A simulated experiment, and a server that keeps its words, recording and model as "story",
// "subject-1" and "gpt2".
class KeptExperiment {
 public:
  // `simulated`: arguments of `brainalign simulate` after the folder. Null, with a test failure, if
  // a program fails.
  static std::unique_ptr<KeptExperiment> Make(const std::vector<std::string>& simulated);

  // Path of `name` in a scratch folder.
  std::string operator/(const std::string& name) const { return scratch_ / name; }
  // The folder of the experiment.
  std::string folder() const { return scratch_ / "experiment"; }

  // Runs the command at the server.
  Outcome Run(std::vector<std::string> arguments) const;

 private:
  KeptExperiment() = default;

  const ScratchFolder scratch_;
  std::unique_ptr<RunningServer> server_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_END_TO_END_KEPT_EXPERIMENT_H_
