#include "client/experiment/unfetched_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class UnfetchedFileTest : public testing::Test {
 protected:
  std::string Refusal(const std::string& name) const {
    const absl::Status status = CheckFetched(folder_.Path(name));
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    return std::string(status.message());
  }

  void Link(const std::string& target, const std::string& name) const {
    std::filesystem::create_symlink(target, folder_.Path(name));
  }

  const ScratchFolder folder_;
};

TEST_F(UnfetchedFileTest, ALinkOfGitAnnexIsToldHowToFetch) {
  Link("../.git/annex/objects/aa/bb/SHA256E-s9--x.npy/SHA256E-s9--x.npy", "depth.npy");
  EXPECT_THAT(Refusal("depth.npy"), AllOf(HasSubstr("depth.npy is a link to"),
                                          HasSubstr("git annex get "), HasSubstr("datalad get ")));
}

TEST_F(UnfetchedFileTest, AnyOtherLinkToNothingIsNamedWithItsTarget) {
  Link("/nowhere/at\x1b!", "meg.npy");
  EXPECT_THAT(Refusal("meg.npy"), AllOf(HasSubstr("/nowhere/at\\x1b!"), HasSubstr("nothing")));
}

TEST_F(UnfetchedFileTest, PointersInThePlaceOfDataAreRecognised) {
  folder_.Write("lfs.npy",
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
  EXPECT_THAT(Refusal("lfs.npy"), AllOf(HasSubstr("Git LFS"), HasSubstr("git lfs pull")));
  folder_.Write("annex.npy", "/annex/objects/SHA256E-s1048576--abc.npy\n");
  EXPECT_THAT(Refusal("annex.npy"), HasSubstr("git annex get "));
  folder_.Write("text.npy", "../.git/annex/objects/aa/bb/SHA256E-s9--x.npy");
  EXPECT_THAT(Refusal("text.npy"), HasSubstr("git annex get "));
}

TEST_F(UnfetchedFileTest, EverythingElseIsLeftToWhoReadsIt) {
  folder_.Write("data.npy", "some bytes");
  Link("data.npy", "link.npy");
  folder_.Write("empty.npy", "");
  for (const char* name : {"data.npy", "link.npy", "empty.npy", "nothing.npy"}) {
    EXPECT_TRUE(CheckFetched(folder_.Path(name)).ok()) << name;
  }
  EXPECT_TRUE(CheckFetched(folder_.path()).ok());
}

}  // namespace
}  // namespace brainalign
