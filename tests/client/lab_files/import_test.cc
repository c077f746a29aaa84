// The verb import, on files that scipy and h5py made, against numpy's arrays
// (tests/golden/lab_files/make_lab_files.py, make_matlab_elements.py).
#include "client/lab_files/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "client/cli/command_line.h"
#include "client/experiment/experiment.h"
#include "core/tensor/format/npy.h"
#include "core/tensor/format/safetensors.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Lab(const std::string& name) {
  return std::string(BRAINALIGN_SOURCE_DIR "/tests/golden/lab_files/") + name;
}

std::string TextOf(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

class ImportTest : public testing::Test {
 protected:
  // What the command says of what went wrong; empty if nothing did.
  std::string Complaint(const std::vector<std::string>& arguments) {
    std::FILE* out = std::tmpfile();
    std::FILE* err = std::tmpfile();
    code_ = RunCommandLine(arguments, out, err, {});
    out_ = TextOf(out);
    notes_ = TextOf(err);
    return code_ == 0 ? "" : notes_;
  }

  std::string Import(const std::string& file, const std::vector<std::string>& takings) {
    std::vector<std::string> arguments = {"import"};
    for (const std::string& taking : takings) {
      arguments.push_back("--take");
      arguments.push_back(taking);
    }
    arguments.insert(arguments.end(), {Lab(file), out_dir_});
    return Complaint(arguments);
  }

  static void ExpectSame(const Tensor& found, const std::string& expected) {
    const absl::StatusOr<Tensor> right = OpenNpy(Lab("expected/" + expected + ".npy"));
    ASSERT_TRUE(right.ok()) << right.status();
    EXPECT_EQ(Describe(found.spec()), Describe(right->spec())) << expected;
    ASSERT_EQ(found.size_bytes(), right->size_bytes()) << expected;
    EXPECT_EQ(
        std::memcmp(found.data(), right->data(), static_cast<std::size_t>(found.size_bytes())), 0)
        << expected;
  }

  void ExpectFile(const std::string& name, const std::string& expected) {
    const absl::StatusOr<Tensor> found = OpenNpy((fs::path(out_dir_) / name).string());
    ASSERT_TRUE(found.ok()) << found.status();
    ExpectSame(*found, expected);
  }

  // That importing is refused with this, and leaves nothing.
  void ExpectRefused(const std::string& file, const std::vector<std::string>& takings,
                     const std::vector<std::string>& said) {
    const std::string complaint = Import(file, takings);
    for (const std::string& part : said) EXPECT_THAT(complaint, HasSubstr(part));
    EXPECT_THAT(folder_.List(), ElementsAre());
  }

  const ScratchFolder folder_;
  const std::string out_dir_ = folder_.Path("experiment");
  int code_ = 0;
  std::string out_;
  std::string notes_;
};

class MatlabVersionTest : public ImportTest, public testing::WithParamInterface<std::string> {};

TEST_P(MatlabVersionTest, VariablesAreTakenByTheirNames) {
  EXPECT_EQ(Import(GetParam(), {}), "");
  EXPECT_THAT(notes_, HasSubstr("whose int16 it holds exactly"));
  ExpectFile("meg.npy", "meg_fortran");
  ExpectFile("continuous.npy", "continuous_fortran");
  ExpectFile("activations.npy", "activations_fortran");
  ExpectFile("times.npy", "times");
  ExpectFile("onsets.npy", "onsets");
  ExpectFile("groups.npy", "groups");
  ExpectFile("sfreq.npy", "sfreq");
  ExpectFile("depth.npy", "depth");
}

TEST_P(MatlabVersionTest, AxesAreThoseThatMatlabShows) {
  EXPECT_EQ(Import(GetParam(), {"meg=permuted:sensors,times,words", "groups=flags", "times=small",
                                "onsets=whole", "sessions=whole", "sfreq=subject.info.rate"}),
            "");
  ExpectFile("meg.npy", "meg_c");
  ExpectFile("groups.npy", "flags");
  ExpectFile("times.npy", "small_as_f64");
  ExpectFile("onsets.npy", "whole_as_f64");
  ExpectFile("sessions.npy", "whole_as_i32");
  ExpectFile("sfreq.npy", "rate");
}

TEST_P(MatlabVersionTest, ALastAxisOfLengthOneIsMissed) {
  EXPECT_EQ(Import(GetParam(), {"meg=flat", "continuous=subject.info.rate"}), "");
  ExpectFile("meg.npy", "flat_fortran");
}

TEST_P(MatlabVersionTest, AVariableALayerBecomesSafetensors) {
  EXPECT_EQ(Import(GetParam(), {"activations=model.layer_*"}), "");
  const auto layers = OpenSafetensors((fs::path(out_dir_) / "activations.safetensors").string());
  ASSERT_TRUE(layers.ok()) << layers.status();
  ASSERT_EQ(layers->size(), 3u);
  for (const NamedTensor& layer : *layers) {
    ASSERT_THAT(layer.name, testing::StartsWith("model.layer_"));
    ExpectSame(layer.tensor, layer.name.substr(6));
  }
}

TEST_P(MatlabVersionTest, WhatHoldsNoPlainNumbersIsRefusedByName) {
  const std::string path = Lab(GetParam());
  ExpectRefused(GetParam(), {"meg=spectrum"}, {"'spectrum' of " + path, "holds complex numbers"});
  ExpectRefused(GetParam(), {"meg=cells"}, {"is a cell array"});
  ExpectRefused(GetParam(), {"meg=sparse"}, {"is a sparse matrix; save full(x)"});
  ExpectRefused(GetParam(), {"meg=text"}, {"holds text"});
  ExpectRefused(GetParam(), {"meg=nothing"}, {"is empty"});
  ExpectRefused(GetParam(), {"activations=meg:words,dimensions"},
                {"(6, 3, 4)", "one variable a layer"});
  ExpectRefused(GetParam(), {"onsets=huge"}, {"holds 9007199254740993, which f64 does not hold"});
  ExpectRefused(GetParam(), {"meg=epochs"}, {"there is no variable 'epochs'", "'meg'"});
  ExpectRefused(GetParam(), {"times=meg"}, {"single (6, 3, 4)", "has one axis"});
  ExpectRefused(GetParam(), {"sfreq=times"}, {"is a single number"});
  ExpectRefused(GetParam(), {"continuous=meg"}, {"with 3 axes", "needs 2: sensors, samples"});
}

TEST_P(MatlabVersionTest, ListNamesVariablesWithTypesAndShapes) {
  EXPECT_EQ(Complaint({"import", Lab(GetParam()), "--list", "--json"}), "");
  const nlohmann::json list = nlohmann::json::parse(out_);
  std::vector<std::string> lines;
  for (const auto& variable : list[0]["variables"]) {
    lines.push_back(variable["name"].get<std::string>() + " " +
                    variable["type"].get<std::string>() + " " + variable["shape"].dump());
  }
  EXPECT_THAT(lines,
              testing::IsSupersetOf(
                  {"meg single [6,3,4]", "continuous int16 [3,50]", "permuted single [3,4,6]",
                   "times double [1,4]", "onsets double [6,1]", "flags logical [1,6]",
                   "subject.epochs single [6,3,4]", "subject.info.rate double [1,1]",
                   "model.layer_10 double [6,13]", "huge int64 [1,2]"}));
  EXPECT_EQ(Complaint({"import", Lab(GetParam()), "--list"}), "");
  EXPECT_THAT(out_, AllOf(HasSubstr("  meg "), HasSubstr("(6, 3, 4)\n"),
                          HasSubstr("(1, 2)  cannot be taken: it holds complex numbers")));
}

INSTANTIATE_TEST_SUITE_P(Versions, MatlabVersionTest,
                         testing::Values("version5.mat", "version7.mat", "version73.mat"),
                         [](const auto& version) {
                           return version.param.substr(0, version.param.find('.'));
                         });

TEST_F(ImportTest, MatlabVersion4) {
  EXPECT_EQ(Import("version4.mat", {}), "");
  ExpectFile("continuous.npy", "continuous_of_doubles");
  ExpectFile("onsets.npy", "onsets");
  ExpectFile("sfreq.npy", "sfreq");
}

TEST_F(ImportTest, DoublesThatMatlabStoresAsSmallIntegers) {
  EXPECT_EQ(Import("small_types.mat", {}), "");
  ExpectFile("meg.npy", "small_types_meg");
  ExpectFile("continuous.npy", "small_types_continuous");
  ExpectFile("sfreq.npy", "small_types_sfreq");
  EXPECT_EQ(Import("small_types.mat", {"activations=info.signal", "depth=info.rate"}), "");
}

TEST_F(ImportTest, Hdf5IsReadAsH5pyShowsIt) {
  EXPECT_EQ(Import("arrays.h5", {}), "");
  ExpectFile("meg.npy", "meg_c");
  ExpectFile("continuous.npy", "continuous_c");
  ExpectFile("activations.npy", "activations_c");
  ExpectFile("times.npy", "times");
  ExpectFile("groups.npy", "groups");
  ExpectFile("sfreq.npy", "sfreq");
}

TEST_F(ImportTest, Hdf5OfOtherTypesAxesAndLayouts) {
  EXPECT_EQ(Import("arrays.h5", {"meg=big_endian", "activations=half", "sessions=flags",
                                 "continuous=run-1/eeg:samples,sensors"}),
            "");
  ExpectFile("meg.npy", "meg_c");
  ExpectFile("activations.npy", "activations_half");
  ExpectFile("sessions.npy", "flags");
  ExpectFile("continuous.npy", "continuous_fortran");
  // Files are added to it, and none is replaced.
  EXPECT_EQ(Import("arrays.h5", {"onsets=onsets"}), "");
  ExpectFile("onsets.npy", "onsets");
  EXPECT_THAT(Import("arrays.h5", {"depth=depth", "meg=alias"}),
              HasSubstr("meg.npy is there already"));
  EXPECT_THAT(Import("arrays.h5", {"activations=model/layer*"}),
              HasSubstr("activations.npy is there already"));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(out_dir_)) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("activations.npy", "continuous.npy", "meg.npy",
                                                   "onsets.npy", "sessions.npy"));
}

TEST_F(ImportTest, BlocksOfAnySizeGiveTheSame) {
  const std::pair<std::string, std::string> cases[] = {{"arrays.h5", "chunked"},
                                                       {"version5.mat", "permuted"},
                                                       {"version7.mat", "permuted"},
                                                       {"version73.mat", "permuted"}};
  for (const auto& [file, variable] : cases) {
    for (const std::int64_t bytes : {1, 4, 20, 100, 10'000}) {
      const ImportOptions options{.files = {Lab(file)},
                                  .dir = out_dir_,
                                  .takings = {"meg=" + variable + ":sensors,times,words"},
                                  .block_bytes = bytes};
      std::int64_t last = 0;
      const auto notes =
          ImportLabFiles(options, {.on_progress = [&last](std::int64_t done, std::int64_t all) {
                           EXPECT_GT(done, last);
                           EXPECT_EQ(all, 6 * 3 * 4 * 4);
                           last = done;
                         }});
      ASSERT_TRUE(notes.ok()) << notes.status();
      EXPECT_EQ(last, 6 * 3 * 4 * 4);
      ExpectFile("meg.npy", "meg_c");
      fs::remove_all(out_dir_);
    }
  }
}

TEST_F(ImportTest, AnEmptyFolderStaysTheSameFolder) {
  ASSERT_TRUE(fs::create_directory(out_dir_));
  const fs::perms rights = fs::perms::owner_all | fs::perms::group_all | fs::perms::set_gid;
  fs::permissions(out_dir_, rights);
  struct stat before = {};
  ASSERT_EQ(stat(out_dir_.c_str(), &before), 0);
  fs::create_directory_symlink(out_dir_, folder_.Path("link"));
  EXPECT_EQ(Complaint({"import", Lab("arrays.h5"), folder_.Path("link"), "--take", "meg=meg"}), "");
  EXPECT_EQ(Complaint({"import", Lab("arrays.h5"), out_dir_ + "/", "--take", "times=times"}), "");
  ExpectFile("meg.npy", "meg_c");
  ExpectFile("times.npy", "times");
  struct stat after = {};
  ASSERT_EQ(stat(out_dir_.c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(std::distance(fs::directory_iterator(out_dir_), {}), 2);
  EXPECT_THAT(folder_.List(), ElementsAre("experiment", "link"));
}

TEST_F(ImportTest, ParentFoldersMadeForAFailedImportAreRemoved) {
  const auto import_to = [this](const std::string& dir, const std::string& taking) {
    return Complaint({"import", Lab("arrays.h5"), folder_.Path(dir), "--take", taking});
  };
  EXPECT_NE(import_to("a/b/experiment", "meg=dangling"), "");
  EXPECT_THAT(folder_.List(), ElementsAre());
  ASSERT_TRUE(fs::create_directory(folder_.Path("a")));
  EXPECT_NE(import_to("a/b/experiment", "meg=dangling"), "");
  EXPECT_THAT(folder_.List(), ElementsAre("a"));
  EXPECT_TRUE(fs::is_empty(folder_.Path("a")));
  EXPECT_EQ(import_to("a/b/experiment", "meg=meg"), "");
  EXPECT_TRUE(fs::exists(folder_.Path("a/b/experiment/meg.npy")));
}

TEST_F(ImportTest, WhatCanBeNoFolderIsRefusedByName) {
  EXPECT_THAT(Complaint({"import", Lab("arrays.h5"), ""}), HasSubstr("DIR is empty"));
  EXPECT_EQ(code_, 2);
  fs::create_directory_symlink(folder_.Path("nowhere"), out_dir_);
  EXPECT_THAT(Import("arrays.h5", {}), HasSubstr("a link to"));
  EXPECT_THAT(Complaint({"import", Lab("arrays.h5"), out_dir_ + "/"}), HasSubstr("a link to"));
  EXPECT_THAT(folder_.List(), ElementsAre("experiment"));
  EXPECT_THAT(Complaint({"import", Lab("arrays.h5"), folder_.Write("file", "")}),
              HasSubstr("is a file"));
}

TEST_F(ImportTest, WhatHdf5DoesNotReadIsRefusedByName) {
  ExpectRefused("arrays.h5", {"meg=blosc"}, {"'blosc'", "the filter blosc", "gzip"});
  ExpectRefused("arrays.h5", {"meg=elsewhere"}, {"another file", "'other.h5'", "'/meg'"});
  ExpectRefused("arrays.h5", {"meg=dangling"}, {"link to something that is not in this file"});
  ExpectRefused("arrays.h5", {"continuous=outside"}, {"numbers in another file"});
  ExpectRefused("arrays.h5", {"continuous=unwritten"}, {"was made and never written"});
  ExpectRefused("arrays.h5", {"continuous=half_written"}, {"has 1 of its 2 chunks"});
  ExpectRefused("arrays.h5", {"times=spectrum"}, {"complex"});
  ExpectRefused("arrays.h5", {"times=text"}, {"holds text"});
  ExpectRefused("arrays.h5", {"times=table"}, {"no array of numbers"});
  ExpectRefused("arrays.h5", {"times=nothing"}, {"is empty"});
}

TEST_F(ImportTest, WrongTakingsAreToldWhatIsRight) {
  ExpectRefused("arrays.h5", {"mge=meg"}, {"'mge'", "meg, continuous, sfreq"});
  ExpectRefused("arrays.h5", {"meg"}, {"NAME=VARIABLE"});
  ExpectRefused("arrays.h5", {"meg=meg:words,sensors"}, {"words,sensors,times"});
  ExpectRefused("arrays.h5", {"times=times:words"}, {"leave them out"});
  ExpectRefused("arrays.h5", {"meg=meg", "meg=alias"}, {"twice"});
  ExpectRefused("arrays.h5", {"meg=*"}, {"choose one"});
  ExpectRefused("transcript.tsv", {}, {"neither a MATLAB file", "nor an HDF5 file"});
  EXPECT_THAT(Complaint({"import", Lab("arrays.h5")}), HasSubstr("the folder to write"));
  EXPECT_THAT(Complaint({"import", folder_.Path("none.mat"), out_dir_}),
              HasSubstr("none.mat is not there"));
  EXPECT_THAT(folder_.List(), ElementsAre());
}

TEST_F(ImportTest, AStarOfANameMeansItself) {
  EXPECT_EQ(Import("starred.h5", {"times=t*", "activations=layer*"}), "");
  ExpectFile("times.npy", "times");
  const auto layers = OpenSafetensors((fs::path(out_dir_) / "activations.safetensors").string());
  ASSERT_TRUE(layers.ok()) << layers.status();
  EXPECT_EQ(layers->size(), 2u);
}

TEST_F(ImportTest, AFileThatIsEmptyOrLocked) {
  const std::string path = folder_.Write("a.mat", "");
  EXPECT_THAT(Complaint({"import", path, out_dir_}), HasSubstr("a.mat is empty"));
  EXPECT_EQ(code_, 2);
  fs::permissions(path, fs::perms::none);
  if (access(path.c_str(), R_OK) == 0) GTEST_SKIP() << "this user may read every file";
  EXPECT_THAT(Complaint({"import", path, out_dir_}), HasSubstr("Permission denied"));
}

TEST_F(ImportTest, FeaturesOfPodcastWithTheirTranscript) {
  for (const std::string file : {"features.hdf5", "features_in_groups.hdf5"}) {
    fs::remove_all(out_dir_);
    EXPECT_EQ(Complaint({"import", Lab(file), out_dir_, "--words", Lab("transcript.tsv")}), "");
    const auto layers = OpenSafetensors((fs::path(out_dir_) / "activations.safetensors").string());
    ASSERT_TRUE(layers.ok()) << layers.status();
    ASSERT_EQ(layers->size(), 12u);
    for (const NamedTensor& layer : *layers) {
      if (layer.name == "layer-2" || layer.name == "layer-11") ExpectSame(layer.tensor, layer.name);
      EXPECT_EQ(layer.name.find('/'), std::string::npos);
    }
    const absl::StatusOr<Experiment> model = LoadModel(out_dir_);
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_EQ(model->inputs.layers.back().name, "layer-11");
    EXPECT_EQ(model->words.front().words(), 6);
  }
}

TEST_F(ImportTest, AStopLeavesNothingBehind) {
  std::stop_source stopped;
  stopped.request_stop();
  const ImportOptions options{.files = {Lab("arrays.h5")}, .dir = out_dir_};
  EXPECT_TRUE(absl::IsCancelled(ImportLabFiles(options, {.stop = stopped.get_token()}).status()));
  EXPECT_THAT(folder_.List(), ElementsAre());
}

}  // namespace
}  // namespace brainalign
