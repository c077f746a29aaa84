#include "tests/end_to_end/kept_experiment.h"

#include <utility>

#include "gtest/gtest.h"

namespace brainalign {

std::unique_ptr<KeptExperiment> KeptExperiment::Make(const std::vector<std::string>& simulated) {
  std::unique_ptr<KeptExperiment> kept(new KeptExperiment());
  const std::string folder = kept->folder();
  std::vector<std::string> simulate = {"simulate", folder};
  simulate.insert(simulate.end(), simulated.begin(), simulated.end());
  const Outcome made = RunBrainalign(simulate);
  EXPECT_EQ(made.exit_code, 0) << made.err;
  if (made.exit_code != 0) return nullptr;
  kept->server_ = RunningServer::Start(*kept / "server");
  if (kept->server_ == nullptr) return nullptr;
  for (const std::vector<std::string>& create : std::vector<std::vector<std::string>>{
           {"word-table", "create", "story", "--table", folder + "/words.tsv"},
           {"recording", "create", "subject-1", folder, "--word-table", "story"},
           {"model", "create", "gpt2", folder, "--word-table", "story"}}) {
    const Outcome done = kept->Run(create);
    EXPECT_EQ(done.exit_code, 0) << done.err;
    if (done.exit_code != 0) return nullptr;
  }
  return kept;
}

Outcome KeptExperiment::Run(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--server", server_->address()});
  return RunBrainalign(arguments);
}

}  // namespace brainalign
