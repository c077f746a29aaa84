#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "server/blobs/tensors.h"
#include "server/config/parse.h"
#include "server/jobs/alignments.h"
#include "server/jobs/job_book.h"
#include "server/jobs/local_executor.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/server_bytes.h"

namespace brainalign {
namespace {

// An empty server without the wire, whose lists are asked for.
class EmptyBook {
 public:
  EmptyBook() {
    std::string pattern = std::filesystem::temp_directory_path() / "brainalign_fuzz_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    store_ = std::make_unique<Store>(Database::Open(folder_ + "/db").value());
    blobs_ = BlobFolder::Open(folder_).value();
    tensors_ = std::make_unique<Tensors>(absl::Hours(1), SystemClock(), store_.get(), blobs_.get());
    alignments_ = std::make_unique<Alignments>(JobSettings(), &Alignment::Create, tensors_.get());
    executor_ = LocalExecutor::Make({}, *store_, alignments_.get()).value();
    book_ = JobBook::Open(
                {}, SystemClock(), SteadySeconds(),
                {store_.get(), blobs_.get(), tensors_.get(), alignments_.get(), executor_.get()})
                .value();
  }
  ~EmptyBook() {
    book_.reset();
    executor_.reset();
    alignments_.reset();
    tensors_.reset();
    blobs_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  const JobBook& book() const { return *book_; }

 private:
  std::string folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<BlobFolder> blobs_;
  std::unique_ptr<Tensors> tensors_;
  std::unique_ptr<Alignments> alignments_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<JobBook> book_;
};

}  // namespace

void FuzzPageTokens(const std::string& bytes) {
  static const EmptyBook empty;
  int choice = 0;
  JobQuery query;
  query.page_token = Choose(bytes, 6, choice);
  if (choice > 0) query.states = {static_cast<JobState>(choice)};
  if (query.page_token.empty() || !empty.book().List(query).ok()) return;
  // One digit more or less of a token that is taken is no token.
  query.page_token[0] = query.page_token[0] == '0' ? '1' : '0';
  Require(!empty.book().List(query).ok(), "a changed token is refused");
}

void FuzzConfig(const std::string& bytes) {
  int choice = 0;
  const std::string rest = Choose(bytes, 2, choice);
  std::vector<std::string> words = {"brainalignd"};
  if (choice == 0) {
    // Other files of this machine are not to be read.
    if (rest.find("config") != std::string::npos) return;
    std::istringstream lines(rest);
    for (std::string line; std::getline(lines, line);) words.push_back(line);
  } else {
    words.insert(words.end(), {"--data", "folder", "--config", WriteScratchFile(rest)});
  }
  std::vector<const char*> argv;
  argv.reserve(words.size());
  for (const std::string& word : words) argv.push_back(word.c_str());
  const auto parsed = ParseCommandLine(static_cast<int>(argv.size()), argv.data());
  if (!parsed.ok()) {
    Require(!parsed.status().message().empty(), "an error says something");
    return;
  }
  Require(parsed->task == Task::kServe || parsed->task == Task::kAccess || !parsed->text.empty() ||
              !parsed->backup_folder.empty(),
          "there is something to do");
  if (parsed->task != Task::kServe) return;
  const ServerOptions& options = parsed->options;
  Require(!options.data_folder.empty(), "the data folder is set");
  Require(options.listen_port >= 0 && options.listen_port <= 65535, "the port is one");
  Require(options.threads >= 0 && options.memory_budget_bytes >= 0, "sizes are sizes");
  Require(options.heartbeat_seconds > 0 && options.sync_interval_bytes > 0, "steps are steps");
}

}  // namespace brainalign
