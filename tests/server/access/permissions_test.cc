#include "server/access/permissions.h"

#include <array>
#include <map>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

struct Who {
  const char* name;
  Role role;
  bool all_projects;
};
constexpr std::array<Who, 4> kWho = {{{"reader", Role::kReader, false},
                                      {"submitter", Role::kSubmitter, false},
                                      {"admin", Role::kAdmin, false},
                                      {"admin of all projects", Role::kAdmin, true}}};
constexpr std::array<Whose, 4> kWhose = {Whose::kNothing, Whose::kOwn, Whose::kProjects,
                                         Whose::kOtherProject};

// What is promised, written down apart from the table that is asked: for each method and
// each of kWho, with nothing, an own thing, another person's and another project's.
// A allowed, D denied, H as if it were not there.
const std::map<std::string, std::array<const char*, 4>>& Promised() {
  static const auto& promised = *new std::map<std::string, std::array<const char*, 4>>{
      {"GetServerInfo", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"FindMissingTensors", {"DDDH", "AAAH", "AAAH", "AAAH"}},
      {"StartUpload", {"DDDH", "AAAH", "AAAH", "AAAH"}},
      {"WriteUpload", {"DDDH", "AAAH", "AAAH", "AAAH"}},
      {"QueryUpload", {"DDDH", "AAAH", "AAAH", "AAAH"}},
      {"CancelUpload", {"DDDH", "AAAH", "AAAH", "AAAH"}},
      {"ReadTensor", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"CreateJob", {"DDDH", "AAAH", "AAAH", "AAAH"}},
      {"GetJob", {"AAAH", "AAAH", "AAAH", "AAAA"}},
      {"GetJobSpecification", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"ListJobs", {"AAAH", "AAAH", "AAAH", "AAAA"}},
      {"CancelJob", {"DDDH", "AADH", "AAAH", "AAAA"}},
      {"DeleteJob", {"DDDH", "AADH", "AAAH", "AAAA"}},
      {"WatchJob", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"GetJobResult", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"ReadResultArray", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"ReadUncertainty", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"CreateRecording", {"DDDH", "AAAH", "AAAH", "AAAH"}},
      {"DeleteRecording", {"DDDH", "AADH", "AAAH", "AAAH"}},
      {"SealRecording", {"DDDH", "DDDH", "AAAH", "AAAH"}},
      {"GetRecording", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"ListRecordings", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"UnsealRecording", {"DDDH", "DDDH", "AAAH", "AAAH"}},
      {"ListSubmissions", {"DDDH", "DDDH", "AAAH", "AAAH"}},
      {"CreateWordTable", {"DDDH", "AAAH", "AAAH", "AAAH"}},
      {"GetWordTable", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"ListWordTables", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"DeleteWordTable", {"DDDH", "AADH", "AAAH", "AAAH"}},
      {"CreateModel", {"DDDH", "AAAH", "AAAH", "AAAH"}},
      {"GetModel", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"ListModels", {"AAAH", "AAAH", "AAAH", "AAAH"}},
      {"DeleteModel", {"DDDH", "AADH", "AAAH", "AAAH"}},
      {"ListQueue", {"DDDD", "DDDD", "DDDD", "AAAA"}},
      {"ListUploads", {"DDDD", "DDDD", "DDDD", "AAAA"}},
      {"ListProjects", {"DDDD", "DDDD", "DDDD", "AAAA"}},
      {"ListErrors", {"DDDD", "DDDD", "DDDD", "AAAA"}},
      {"Drain", {"DDDD", "DDDD", "DDDD", "AAAA"}},
      {"Reload", {"DDDD", "DDDD", "DDDD", "AAAA"}},
      {"CreateBackup", {"DDDD", "DDDD", "DDDD", "AAAA"}},
      {"ServerReflectionInfo", {"AAAH", "AAAH", "AAAH", "AAAH"}},
  };
  return promised;
}

char Letter(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllowed:
      return 'A';
    case Verdict::kDenied:
      return 'D';
    case Verdict::kHidden:
      return 'H';
  }
  return '?';
}

TEST(Permissions, EveryCellIsAsPromised) {
  ASSERT_EQ(AllMethods().size(), Promised().size());
  for (const Method method : AllMethods()) {
    const auto found = Promised().find(NameOf(method));
    ASSERT_NE(found, Promised().end()) << NameOf(method);
    for (std::size_t i = 0; i < kWho.size(); ++i) {
      std::string row;
      for (const Whose whose : kWhose) {
        row += Letter(Judge(kWho[i].role, kWho[i].all_projects, method, whose));
      }
      EXPECT_EQ(row, found->second[i]) << NameOf(method) << " by a " << kWho[i].name;
    }
  }
}

TEST(Permissions, ThingsAreTheCallersTheProjectsOrAnothers) {
  Caller caller;
  caller.person = "ada";
  caller.project = "lab";
  EXPECT_EQ(WhoseIs(caller, "lab", "ada"), Whose::kOwn);
  EXPECT_EQ(WhoseIs(caller, "lab", "bob"), Whose::kProjects);
  EXPECT_EQ(WhoseIs(caller, "other", "ada"), Whose::kOtherProject);
}

TEST(Permissions, RolesHaveNames) {
  for (const Role role : {Role::kReader, Role::kSubmitter, Role::kAdmin}) {
    EXPECT_EQ(RoleFromName(NameOf(role)), role);
  }
  EXPECT_EQ(RoleFromName("root"), std::nullopt);
}

}  // namespace
}  // namespace brainalign
