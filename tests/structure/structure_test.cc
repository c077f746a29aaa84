// The source tree obeys the house rules, and the rules are able to fail.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/structure/rules.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Repeated(const std::string& line, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += line;
  return text;
}

TEST(SourceTree, ObeysTheHouseRules) {
  const fs::path root = BRAINALIGN_SOURCE_DIR;
  std::vector<std::string> problems;
  int files = 0;
  for (const char* room : {"core", "proto", "server", "client", "examples", "tests", "bench",
                           "scripts", "cmake", "deploy", "docs"}) {
    if (!fs::exists(root / room)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / room)) {
      static const std::vector<std::string> binary = {".h5",  ".hdf5", ".mat",
                                                      ".npy", ".pyc",  ".safetensors"};
      if (!entry.is_regular_file() ||
          std::find(binary.begin(), binary.end(), entry.path().extension()) != binary.end()) {
        continue;
      }
      const std::string path = fs::relative(entry.path(), root).generic_string();
      // Bytes that nobody wrote for people.
      if (path.rfind("tests/fuzz/corpus/", 0) == 0) continue;
      std::ifstream file(entry.path());
      const std::string text((std::istreambuf_iterator<char>(file)), {});
      const std::vector<std::string> found = CheckFile(path, text);
      problems.insert(problems.end(), found.begin(), found.end());
      ++files;
    }
  }
  EXPECT_GT(files, 50) << "looked in the wrong place: " << root;
  EXPECT_THAT(problems, IsEmpty());
}

TEST(Arrows, CoreMayNotSeeServerClientOrTheWire) {
  for (const std::string target :
       {"<grpcpp/grpcpp.h>", "<google/protobuf/message.h>", "<rocksdb/db.h>", "\"rocksdb/db.h\"",
        "\"server/runtime/clock.h\"", "\"client/jobs/job.h\"", "\"brainalign/v1/job.pb.h\""}) {
    EXPECT_THAT(CheckArrows("core/ridge/ridge.cc", "\n#include " + target + "\n"),
                ElementsAre(HasSubstr("core/ridge/ridge.cc:2: includes")))
        << target;
  }
}

TEST(Arrows, ServerAndClientMayNotSeeEachOther) {
  EXPECT_THAT(CheckArrows("server/jobs/queue.h", "#include \"client/jobs/job.h\"\n"),
              ElementsAre(HasSubstr("never include each other")));
  EXPECT_THAT(CheckArrows("client/cli/run.cc", "  #  include \"server/jobs/queue.h\" // why\n"),
              ElementsAre(HasSubstr("never include each other")));
}

TEST(Arrows, GeneratedClassesStayWithAdaptersAndCodecs) {
  const std::string include = "#include \"brainalign/v1/job.pb.h\"\n";
  EXPECT_THAT(CheckArrows("server/jobs/queue.cc", include),
              ElementsAre(HasSubstr("only calls, RPC")));
  EXPECT_THAT(CheckArrows("client/cli/run.cc", include), ElementsAre(HasSubstr("only calls, RPC")));
  EXPECT_THAT(CheckArrows("server/rpc/job_service.cc", include), IsEmpty());
  EXPECT_THAT(CheckArrows("server/rows/codec.cc", include), IsEmpty());
}

TEST(Arrows, WhatACallDoesKnowsNoTransport) {
  EXPECT_THAT(CheckArrows("server/calls/job_calls.h", "#include \"brainalign/v1/job.pb.h\"\n"),
              IsEmpty());
  for (const std::string target :
       {"<grpcpp/server_context.h>", "<grpc/grpc.h>", "\"brainalign/v1/job.grpc.pb.h\""}) {
    for (const std::string path : {"server/calls/job_calls.h", "server/rows/convert.h"}) {
      EXPECT_THAT(CheckArrows(path, "#include " + target + "\n"),
                  ElementsAre(HasSubstr("no transport")))
          << target;
    }
  }
  // Nor any room that it includes, up to the one of gRPC itself.
  EXPECT_THAT(CheckFloors("server/calls/job_calls.cc", "#include \"server/rpc/status.h\"\n"),
              ElementsAre(HasSubstr("above it")));
}

TEST(Arrows, ExamplesSeeWhatIsInstalledAlone) {
  EXPECT_THAT(CheckArrows("examples/a/a.cc", "#include \"client/client.h\"\n"),
              ElementsAre(HasSubstr("what is installed")));
  EXPECT_THAT(CheckArrows("examples/a/a.cc", "#include \"brainalign/client/client.h\"\n"),
              IsEmpty());
}

TEST(Arrows, CoreIsOpenToAllAndCommentsDoNotCount) {
  EXPECT_THAT(CheckArrows("server/jobs/run.cc", "#include \"core/align/alignment.h\"\n"),
              IsEmpty());
  EXPECT_THAT(CheckArrows("core/ridge/ridge.cc", "// #include <grpcpp/grpcpp.h>\n"), IsEmpty());
}

TEST(Arrows, ReadersOfFoldersComputeNoAlignment) {
  EXPECT_THAT(CheckArrows("client/experiment/a.cc", "#include \"core/align/unit_checks.h\"\n"),
              ElementsAre(HasSubstr("compute no alignment")));
  EXPECT_THAT(CheckArrows("client/experiment/a.cc", "#include \"core/problem/inputs.h\"\n"),
              IsEmpty());
}

TEST(Floors, LowerRoomsOfCoreNeverIncludeHigherOnes) {
  EXPECT_THAT(CheckFloors("core/ridge/ridge.cc", "\n#include \"core/align/result.h\"\n"),
              ElementsAre("core/ridge/ridge.cc:2: includes core/align/result.h, which stands "
                          "above it"));
  EXPECT_THAT(CheckFloors("core/version.cc", "#include \"core/tensor/tensor.h\"\n"),
              ElementsAre(HasSubstr("above it")));
  EXPECT_THAT(CheckFloors("core/align/run.cc",
                          "#include \"core/align/alignment.h\"\n#include \"core/cancel.h\"\n"
                          "#include \"core/linalg/lapack.h\"\n#include <vector>\n"),
              IsEmpty());
  EXPECT_THAT(CheckFloors("core/attic/a.h", ""), ElementsAre(HasSubstr("no place")));
  EXPECT_THAT(CheckFloors("server/jobs/run.cc", "#include \"core/align/alignment.h\"\n"),
              IsEmpty());
}

TEST(Floors, LowerRoomsOfServerNeverIncludeHigherOnes) {
  EXPECT_THAT(CheckFloors("server/access/a.cc", "\n#include \"server/blobs/tensors.h\"\n"),
              ElementsAre("server/access/a.cc:2: includes server/blobs/tensors.h, which stands "
                          "above it"));
  EXPECT_THAT(CheckFloors("server/jobs/run.cc", "#include \"server/observe/call_records.h\"\n"),
              ElementsAre(HasSubstr("above it")));
  // The program puts the rooms together, and no room knows it.
  EXPECT_THAT(CheckFloors("server/server.cc", "#include \"server/rpc/job_rpc.h\"\n"), IsEmpty());
  EXPECT_THAT(CheckFloors("server/rpc/job_rpc.cc", "#include \"server/server.h\"\n"),
              ElementsAre(HasSubstr("above it")));
  EXPECT_THAT(CheckFloors("server/blobs/uploads.h",
                          "#include \"server/access/use_shares.h\"\n"
                          "#include \"server/blobs/tensors.h\"\n"),
              IsEmpty());
  EXPECT_THAT(CheckFloors("server/attic/a.h", ""), ElementsAre(HasSubstr("no place")));
}

TEST(Length, FourHundredLinesAreTooMany) {
  EXPECT_THAT(CheckLength("core/a.cc", Repeated("int x;\n", 399)), IsEmpty());
  EXPECT_THAT(CheckLength("core/a.cc", Repeated("int x;\n", 400)),
              ElementsAre(HasSubstr("400 lines")));
}

TEST(Words, NamesThatSayNothingAreRefused) {
  for (const std::string path :
       {"core/util/a.h", "server/common/a.cc", "client/string_utils.cc", "tests/helpers.cc"}) {
    EXPECT_THAT(CheckWords(path, ""), ElementsAre(HasSubstr("does not say"))) << path;
  }
  EXPECT_THAT(CheckWords("core/align/utility_theory.cc", ""), IsEmpty());
}

TEST(Words, WorkLeftOverMachinePathsThrowsAndLocksAreRefused) {
  EXPECT_THAT(CheckWords("core/a.cc", std::string("// TO") + "DO: later\n"),
              ElementsAre(HasSubstr("core/a.cc:1: work left over")));
  EXPECT_THAT(CheckWords("docs/a.md", std::string("see /wo") + "rk/notes\n"),
              ElementsAre(HasSubstr("one machine")));
  EXPECT_THAT(CheckWords("core/a.cc", std::string("  if (x) {\n    thr") + "ow Error();\n"),
              ElementsAre(HasSubstr("absl::Status")));
  EXPECT_THAT(CheckWords("server/a.h", std::string("  absl::Mu") + "tex mutex_;\n"),
              ElementsAre(HasSubstr("std::mutex")));
}

TEST(FieldComments, StandAboveEveryFieldOfTheProtocol) {
  const std::string text =
      "message Job {\n"
      "  // Made by the server.\n"
      "  string job_id = 1;\n"
      "  int32 attempt = 2;\n"
      "\n"
      "  message Part {\n"
      "    optional double share = 1 [deprecated = true];\n"
      "  }\n"
      "  oneof end {\n"
      "    Part part = 3;\n"
      "  }\n"
      "}\n"
      "enum State {\n"
      "  STATE_UNSPECIFIED = 0;\n"
      "}\n";
  EXPECT_THAT(CheckFieldComments("proto/brainalign/v1/job.proto", text),
              ElementsAre(HasSubstr("job.proto:4: the field attempt"),
                          HasSubstr(":7: the field share"), HasSubstr(":10: the field part")));
  EXPECT_THAT(CheckFieldComments("server/rows/record.proto", text), IsEmpty());
}

TEST(Guard, IsThePath) {
  const std::string good = "#ifndef BRAINALIGN_CORE_A_B_H_\n#define BRAINALIGN_CORE_A_B_H_\n";
  EXPECT_THAT(CheckGuard("core/a_b.h", good), IsEmpty());
  EXPECT_THAT(CheckGuard("core/c.h", good), ElementsAre(HasSubstr("BRAINALIGN_CORE_C_H_")));
  EXPECT_THAT(CheckGuard("core/c.h", "#pragma once\n"), ElementsAre(HasSubstr("guard")));
}

}  // namespace
}  // namespace brainalign
