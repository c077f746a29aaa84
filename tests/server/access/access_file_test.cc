#include "server/access/access_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/access/access_list.h"
#include "server/access/token_use.h"
#include "server/access_command.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;

class AccessFileTest : public testing::Test {
 protected:
  AccessFileTest() {
    std::string made = testing::TempDir() + "/brainalign_access_XXXXXX";
    folder_ = ::mkdtemp(made.data());
  }
  ~AccessFileTest() override { std::filesystem::remove_all(folder_); }

  // Lets somebody in and returns the token.
  std::string Add(AccessEntry entry) const {
    const NewToken made = MakeToken(std::move(entry)).value();
    const absl::Status changed = ChangeAccessFile(folder_, [&](AccessContents& contents) {
      contents.entries.push_back(made.entry);
      return absl::OkStatus();
    });
    EXPECT_TRUE(changed.ok()) << changed;
    return made.token;
  }

  static AccessEntry Entry(const std::string& person) {
    AccessEntry entry;
    entry.person = person;
    entry.project = "lab";
    entry.role = Role::kSubmitter;
    entry.create_time = absl::FromUnixSeconds(1'700'000'000);
    return entry;
  }

  std::string Text() const {
    std::ifstream stream(AccessFilePath(folder_));
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }

  void Write(const std::string& text) const { std::ofstream(AccessFilePath(folder_)) << text; }

  absl::StatusOr<std::unique_ptr<AccessList>> TryOpen(TokenRule rule = TokenRule::kOnceGiven) {
    if (store_ == nullptr) {
      auto database = Database::Open(folder_ + "/db");
      EXPECT_TRUE(database.ok()) << database.status();
      store_ = std::make_unique<Store>(*std::move(database));
    }
    return AccessList::Open(
        folder_, rule, [this] { return now_; }, store_.get());
  }
  std::unique_ptr<AccessList> Open(TokenRule rule = TokenRule::kOnceGiven) {
    auto list = TryOpen(rule);
    EXPECT_TRUE(list.ok()) << list.status();
    return list.ok() ? *std::move(list) : nullptr;
  }

  std::string folder_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::unique_ptr<Store> store_;
};

TEST_F(AccessFileTest, KeepsWhatWasWritten) {
  AccessEntry entry = Entry("ada");
  entry.expire_time = absl::FromUnixSeconds(1'800'000'000);
  entry.all_projects = true;
  entry.role = Role::kAdmin;
  Add(entry);
  ASSERT_TRUE(ChangeAccessFile(folder_, [](AccessContents& contents) {
                contents.projects["lab"].stored_bytes = std::int64_t{1} << 41;
                contents.projects["lab"].cpu_hours = 12.5;
                return absl::OkStatus();
              }).ok());
  const auto contents = ReadAccessFile(folder_);
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->entries.size(), 1U);
  const AccessEntry& read = contents->entries.front();
  EXPECT_EQ(read.person, "ada");
  EXPECT_EQ(read.project, "lab");
  EXPECT_EQ(read.role, Role::kAdmin);
  EXPECT_TRUE(read.all_projects);
  EXPECT_EQ(read.create_time, entry.create_time);
  EXPECT_EQ(read.expire_time, entry.expire_time);
  EXPECT_EQ(read.revoke_time, absl::InfiniteFuture());
  const ProjectSettings& lab = contents->projects.at("lab");
  EXPECT_EQ(lab.stored_bytes, std::int64_t{1} << 41);
  EXPECT_EQ(lab.cpu_hours, 12.5);
  EXPECT_EQ(lab.queued_jobs, std::nullopt);
}

TEST_F(AccessFileTest, HoldsNoTokenAndIsItsOwnersAlone) {
  const std::string token = Add(Entry("ada"));
  EXPECT_GE(token.size(), 64U);
  EXPECT_THAT(Text(), Not(HasSubstr(token)));
  EXPECT_THAT(Text(), Not(HasSubstr(token.substr(3))));
  struct stat seen {};
  ASSERT_EQ(::stat(AccessFilePath(folder_).c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777, 0600U);
}

TEST_F(AccessFileTest, TokensDiffer) { EXPECT_NE(Add(Entry("ada")), Add(Entry("ada"))); }

TEST_F(AccessFileTest, ChangesAtOnceLoseNothing) {
  constexpr int kEach = 20;
  const auto add_many = [&](const std::string& person) {
    for (int i = 0; i < kEach; ++i) Add(Entry(person));
  };
  std::thread other(add_many, "bob");
  add_many("ada");
  other.join();
  EXPECT_EQ(ReadAccessFile(folder_)->entries.size(), 2U * kEach);
}

TEST_F(AccessFileTest, RefusedChangeLeavesTheFileAsItWas) {
  Add(Entry("ada"));
  const std::string before = Text();
  EXPECT_TRUE(absl::IsNotFound(ChangeAccessFile(folder_, [](AccessContents& contents) {
    contents.entries.clear();
    return absl::NotFoundError("no");
  })));
  EXPECT_EQ(Text(), before);
}

TEST_F(AccessFileTest, NonsenseIsToldWithItsPlace) {
  const auto why = [&](const std::string& text) {
    Write(text);
    return std::string(ReadAccessFile(folder_).status().message());
  };
  EXPECT_THAT(why("{"), HasSubstr("is no JSON object"));
  EXPECT_THAT(why(R"({"version": 2})"), HasSubstr("version 1"));
  EXPECT_THAT(why(R"({"version": 1, "entries": [{"id": "1"}]})"), HasSubstr("entry 1"));
  EXPECT_THAT(why(R"({"version": 1, "projects": {"lab": {"share": "much"}}})"),
              HasSubstr("project lab"));
  EXPECT_THAT(why(R"({"version": 1, "projects": {"../lab": {}}})"), HasSubstr("project ../lab"));
}

TEST_F(AccessFileTest, ListKnowsWhoATokenIs) {
  const std::string token = Add(Entry("ada"));
  const auto list = Open();
  const auto caller = list->FindByToken(token);
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->person, "ada");
  EXPECT_EQ(caller->project, "lab");
  EXPECT_EQ(caller->role, Role::kSubmitter);
  EXPECT_FALSE(caller->all_projects);
  EXPECT_TRUE(absl::IsUnauthenticated(list->FindByToken(token + "0").status()));
  EXPECT_TRUE(absl::IsUnauthenticated(list->FindByToken("").status()));
}

TEST_F(AccessFileTest, TokenExpires) {
  AccessEntry entry = Entry("ada");
  entry.expire_time = now_ + absl::Hours(1);
  const std::string token = Add(entry);
  const auto list = Open();
  now_ += absl::Hours(1) - absl::Seconds(1);
  const auto caller = list->FindByToken(token);
  ASSERT_TRUE(caller.ok());
  EXPECT_TRUE(list->CheckEntry(caller->entry_id).ok());
  now_ += absl::Seconds(1);
  EXPECT_TRUE(absl::IsUnauthenticated(list->FindByToken(token).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(list->CheckEntry(caller->entry_id)));
}

TEST_F(AccessFileTest, ChangesAreNoticedAndADamagedFileIsNot) {
  const std::string first = Add(Entry("ada"));
  const auto list = Open();
  const std::string second = Add(Entry("bob"));
  EXPECT_TRUE(list->FindByToken(second).ok());
  Write("{");
  list->RereadIfChanged();
  EXPECT_TRUE(list->FindByToken(first).ok());
  EXPECT_FALSE(TryOpen().ok());
  std::filesystem::remove(AccessFilePath(folder_));
  list->RereadIfChanged();
  EXPECT_FALSE(list->FindByToken(first).ok());
}

TEST_F(AccessFileTest, TheFirstTokenMakesCallsSayWhoTheyAreAtOnce) {
  const auto list = Open();
  EXPECT_FALSE(list->WantsTokens());
  EXPECT_TRUE(list->CheckEntry("").ok());
  Add(Entry("ada"));
  EXPECT_TRUE(list->WantsTokens());
  // Who came in without one is not in any more.
  EXPECT_TRUE(absl::IsUnauthenticated(list->CheckEntry("")));
}

TEST_F(AccessFileTest, ALostFileLetsNobodyInAlsoAfterARestart) {
  Add(Entry("ada"));
  EXPECT_TRUE(Open()->WantsTokens());
  std::filesystem::remove(AccessFilePath(folder_));
  const auto list = Open();
  EXPECT_TRUE(list->WantsTokens());
  const std::string token = Add(Entry("bob"));
  EXPECT_TRUE(list->FindByToken(token).ok());
}

TEST_F(AccessFileTest, TheRuleGoesBeforeWhatWasGiven) {
  EXPECT_TRUE(Open(TokenRule::kAlways)->WantsTokens());
  Add(Entry("ada"));
  EXPECT_FALSE(Open(TokenRule::kNever)->WantsTokens());
  // It was given all the same.
  std::filesystem::remove(AccessFilePath(folder_));
  EXPECT_TRUE(Open()->WantsTokens());
}

TEST_F(AccessFileTest, CertificatesAreKnownByTheirNames) {
  AccessEntry entry = Entry("ada");
  entry.id = "1";
  entry.certificate_name = "ada.lab.example";
  ASSERT_TRUE(ChangeAccessFile(folder_, [&](AccessContents& contents) {
                contents.entries.push_back(entry);
                return absl::OkStatus();
              }).ok());
  const auto list = Open();
  const auto known = list->FindByCertificate({"10.0.0.1", "ada.lab.example"});
  ASSERT_TRUE(known.ok() && known->has_value());
  EXPECT_EQ((*known)->person, "ada");
  EXPECT_FALSE(list->FindByCertificate({"lab.example"})->has_value());
  EXPECT_FALSE(list->FindByCertificate({})->has_value());
}

TEST_F(AccessFileTest, LastUseIsWrittenDownByTheMinute) {
  const std::string ada = Add(Entry("ada"));
  Add(Entry("bob"));
  auto list = Open();
  list->KeepUse();
  EXPECT_TRUE(ReadTokenUse(folder_).empty());
  now_ = absl::FromUnixSeconds(1'700'000'059);
  const auto caller = list->FindByToken(ada);
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_FALSE(list->FindByToken("ba_wrong").ok());
  list->KeepUse();
  const absl::Time minute = absl::FromUnixSeconds(1'700'000'040);
  EXPECT_EQ(ReadTokenUse(folder_), (TokenUse{{caller->entry_id, minute}}));
  // A server that starts again goes on from it.
  list = Open();
  list->KeepUse();
  EXPECT_EQ(ReadTokenUse(folder_).size(), 1U);

  AccessCommand command;
  command.task = AccessTask::kListTokens;
  command.data_folder = folder_;
  std::string text;
  const auto print = [&text](const std::string& printed) {
    text = printed;
    return absl::OkStatus();
  };
  ASSERT_TRUE(RunAccessCommand(command, now_, print).ok());
  EXPECT_THAT(text, HasSubstr("ada     lab      submitter  2023-11-14 22:13 UTC  2023-11-14 22:14 "
                              "UTC  never expires\n"));
  EXPECT_THAT(text, HasSubstr("bob     lab      submitter  2023-11-14 22:13 UTC  never "));
  command.json = true;
  ASSERT_TRUE(RunAccessCommand(command, now_, print).ok());
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json[0]["last_used"], "2023-11-14T22:14:00Z");
  EXPECT_EQ(json[0]["created"], "2023-11-14T22:13:20Z");
  EXPECT_TRUE(json[1]["last_used"].is_null());
  EXPECT_TRUE(json[1]["expires"].is_null());
  EXPECT_FALSE(json[0].contains("token_sha256"));
}

TEST_F(AccessFileTest, AccessThatCannotBePrintedIsNotAdded) {
  AccessCommand command;
  command.task = AccessTask::kAddToken;
  command.data_folder = folder_;
  command.entry = Entry("ada");
  const auto fail = [](const std::string&) { return absl::UnavailableError("no paper"); };
  EXPECT_EQ(RunAccessCommand(command, now_, fail).message(), "no paper; no access was added");
  EXPECT_TRUE(ReadAccessFile(folder_)->entries.empty());
  EXPECT_FALSE(std::filesystem::exists(AccessFilePath(folder_)));

  // A change that has been made is told, with the reason why nothing was printed.
  Add(Entry("bob"));
  command.task = AccessTask::kRevokeToken;
  command.id = ReadAccessFile(folder_)->entries[0].id;
  EXPECT_EQ(RunAccessCommand(command, now_, fail).message(),
            "no paper; the change was made: revoked " + command.id);
}

TEST_F(AccessFileTest, ADamagedFileOfUsesIsNone) {
  std::ofstream(folder_ + "/access_used.json") << "{\"a\": 1, \"b\": \"soon\"";
  EXPECT_TRUE(ReadTokenUse(folder_).empty());
}

TEST_F(AccessFileTest, AMisspeltFolderHasNoAccessToShow) {
  AccessCommand command;
  command.data_folder = folder_ + "/typo";
  const auto print = [](const std::string&) { return absl::OkStatus(); };
  for (const AccessTask task :
       {AccessTask::kListTokens, AccessTask::kRevokeToken, AccessTask::kListProjects}) {
    command.task = task;
    const absl::Status refused = RunAccessCommand(command, now_, print);
    EXPECT_TRUE(absl::IsNotFound(refused)) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("typo is no data folder"));
  }
  // The first token of a new server makes the folder, but not among other files.
  command.task = AccessTask::kAddToken;
  command.entry = Entry("ada");
  EXPECT_TRUE(RunAccessCommand(command, now_, print).ok());
  command.data_folder = folder_ + "/experiment";
  std::filesystem::create_directory(command.data_folder);
  std::ofstream(command.data_folder + "/meg.npy") << "x";
  EXPECT_TRUE(absl::IsInvalidArgument(RunAccessCommand(command, now_, print)));
}

}  // namespace
}  // namespace brainalign
