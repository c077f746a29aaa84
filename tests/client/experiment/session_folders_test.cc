// An experiment whose recording lies in one folder for each session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include "client/experiment/experiment.h"
#include "core/tensor/format/npy.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <typename T>
Tensor Numbers(DType dtype, std::vector<std::int64_t> shape, const std::vector<T>& values,
               Order order = Order::kC) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return *Tensor::FromBytes({dtype, std::move(shape), order}, std::move(bytes));
}

Tensor Seconds(const std::vector<double>& values) {
  return Numbers<double>(DType::kF64, {std::ssize(values)}, values);
}

// Three sessions at 10 samples a second: ses-2 has 30 samples and 2 words, ses-9 has 20 and 1, and
// ses-10 has 40 and 3. Sensor s of session i has 100 i + 1000 s + sample.
class SessionFoldersTest : public testing::Test {
 protected:
  void SetUp() override {
    Write("activations.npy",
          Numbers<float>(DType::kF32, {1, 6, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
    Write("times.npy", Seconds({0, 0.1}));
    Write("sfreq.npy", Numbers<double>(DType::kF64, {}, {10}));
    WriteSession("ses-2", 0, 30, {0.5, 1.25});
    WriteSession("ses-9", 1, 20, {1});
    WriteSession("ses-10", 2, 40, {0.04, 2, 3.9});
  }

  void Write(const std::string& name, const Tensor& tensor) {
    fs::create_directories(fs::path(folder_.Path(name)).parent_path());
    ASSERT_TRUE(WriteNpy(folder_.Path(name), tensor).ok()) << name;
  }

  static Tensor Signal(int session, int samples, int sensors = 2, Order order = Order::kC) {
    std::vector<float> values;
    const bool is_fortran = order == Order::kFortran;
    for (int i = 0; i < sensors * samples; ++i) {
      const int sensor = is_fortran ? i % sensors : i / samples;
      const int sample = is_fortran ? i / sensors : i % samples;
      values.push_back(static_cast<float>(100 * session + 1000 * sensor + sample));
    }
    return Numbers<float>(DType::kF32, {sensors, samples}, values, order);
  }

  void WriteSession(const std::string& name, int session, int samples,
                    const std::vector<double>& onsets) {
    Write("sessions/" + name + "/continuous.npy", Signal(session, samples));
    Write("sessions/" + name + "/onsets.npy", Seconds(onsets));
  }

  void Remove(const std::string& name) { fs::remove_all(folder_.Path(name)); }

  Experiment Load() {
    absl::StatusOr<Experiment> experiment = LoadExperiment(folder_.path());
    EXPECT_TRUE(experiment.ok()) << experiment.status();
    return experiment.ok() ? *std::move(experiment) : Experiment();
  }

  std::string Refusal() {
    const absl::StatusOr<Experiment> experiment = LoadExperiment(folder_.path());
    EXPECT_FALSE(experiment.ok());
    return std::string(experiment.status().message());
  }

  // The same after `change`, which is undone.
  std::string RefusalAfter(const std::function<void()>& change) {
    const ScratchFolder kept;
    fs::copy(folder_.path(), kept.path(), fs::copy_options::recursive);
    change();
    std::string refusal = Refusal();
    for (const std::string& name : folder_.List()) Remove(name);
    fs::copy(kept.path(), folder_.path(), fs::copy_options::recursive);
    return refusal;
  }

  const ScratchFolder folder_;
};

TEST_F(SessionFoldersTest, AreOneRecordingInTheOrderOfTheirNumbers) {
  const Experiment experiment = Load();
  const BrainInput& brain = experiment.inputs.brain;
  ASSERT_THAT(brain.continuous.spec().shape, ElementsAre(2, 90));
  const std::vector<double> samples = brain.continuous.ToDoubles();
  EXPECT_EQ(samples[29], 29);
  EXPECT_EQ(samples[30], 100);
  EXPECT_EQ(samples[50], 200);
  EXPECT_EQ(samples[90 + 49], 1119);
  EXPECT_EQ(samples[90 + 89], 1239);
  EXPECT_THAT(brain.session_starts, ElementsAre(0, 30, 50));
  EXPECT_THAT(brain.onsets_seconds, ElementsAre(0.5, 1.25, 4, 5.04, 7, 8.9));
  EXPECT_THAT(brain.sessions, ElementsAre(0, 0, 1, 2, 2, 2));
  EXPECT_EQ(brain.sfreq_hz, 10);
  EXPECT_THAT(experiment.notes,
              Contains(AllOf(HasSubstr("3 sessions, in order by the numbers in their names"),
                             HasSubstr("'ses-2', 'ses-9', 'ses-10'"))));
}

TEST_F(SessionFoldersTest, AListGivesTheOrderThatNamesDoNot) {
  fs::rename(folder_.Path("sessions/ses-9"), folder_.Path("sessions/evening"));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("does not follow from their names: 'evening' has no"),
                               HasSubstr(folder_.Path("sessions.txt"))));
  folder_.Write("sessions.txt", "ses-10\nevening\nses-2\n");
  EXPECT_THAT(Load().inputs.brain.session_starts, ElementsAre(0, 40, 60));
  folder_.Write("sessions.txt", "ses-10\nevening\n");
  EXPECT_THAT(Refusal(), HasSubstr("does not list 'ses-2'"));
  folder_.Write("sessions.txt", "ses-10\nevening\nses-2\nses-3\n");
  EXPECT_THAT(Refusal(), HasSubstr("lists 'ses-3', but"));
  folder_.Write("sessions.txt", "ses-10\nevening\nses-2\nses-10\n");
  EXPECT_THAT(Refusal(), HasSubstr("lists 'ses-10' twice"));
}

TEST_F(SessionFoldersTest, FortranOrderStays) {
  int session = 0;
  for (const auto& [name, samples] :
       std::vector<std::pair<std::string, int>>{{"ses-2", 30}, {"ses-9", 20}, {"ses-10", 40}}) {
    Write("sessions/" + name + "/continuous.npy", Signal(session++, samples, 2, Order::kFortran));
  }
  const Tensor joined = Load().inputs.brain.continuous;
  EXPECT_EQ(joined.spec(), (TensorSpec{DType::kF32, {2, 90}, Order::kFortran}));
  EXPECT_EQ(joined.At(2 * 50), 200);
  EXPECT_EQ(joined.At(2 * 50 + 1), 1200);
}

TEST_F(SessionFoldersTest, OfEpochsFollowEachOtherByWords) {
  Remove("sessions");
  Write("activations.npy", Numbers<float>(DType::kF32, {1, 3, 1}, {1, 2, 3}));
  Write("sessions/1/meg.npy", Numbers<float>(DType::kF32, {2, 1, 2}, {1, 2, 3, 4}));
  Write("sessions/2/meg.npy", Numbers<float>(DType::kF32, {1, 1, 2}, {5, 6}));
  Experiment experiment = Load();
  EXPECT_THAT(experiment.inputs.brain.epochs.ToDoubles(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(experiment.inputs.brain.epochs.spec().shape, ElementsAre(3, 1, 2));
  EXPECT_THAT(experiment.inputs.brain.sessions, ElementsAre(0, 0, 1));
  EXPECT_THAT(experiment.inputs.brain.onsets_seconds, IsEmpty());
  Write("sessions/1/onsets.npy", Seconds({1, 2}));
  EXPECT_THAT(Refusal(), HasSubstr("2/meg.npy has no onsets.npy beside it"));
  Write("sessions/2/onsets.npy", Seconds({1, 2}));
  EXPECT_THAT(Refusal(), HasSubstr("2/onsets.npy holds 2 numbers, but"));
  Write("sessions/2/onsets.npy", Seconds({1}));
  EXPECT_THAT(Load().inputs.brain.onsets_seconds, ElementsAre(1, 2, 1));
  Write("sessions/2/meg.npy", Numbers<float>(DType::kF32, {1, 1, 1}, {5}));
  EXPECT_THAT(Refusal(), HasSubstr("2/meg.npy has 1 time, but"));
}

TEST_F(SessionFoldersTest, TheWordTableMayCountFromTheStartOfEachSession) {
  const std::string head = "word\tonset\n";
  folder_.Write("words.tsv", head + "a\t0.5\nb\t1.25\nc\t1\nd\t0.04\ne\t2\nf\t3.9\n");
  EXPECT_THAT(Load().notes, Contains(HasSubstr("from the start of each word's session")));
  folder_.Write("words.tsv", head + "a\t0.5\nb\t1.25\nc\t4\nd\t5.04\ne\t7\nf\t8.9\n");
  EXPECT_THAT(Load().inputs.brain.onsets_seconds, ElementsAre(0.5, 1.25, 4, 5.04, 7, 8.9));
  folder_.Write("words.tsv", head + "a\t0.5\nb\t1.25\nc\t1\nd\t0.04\ne\t2.5\nf\t3.9\n");
  EXPECT_THAT(Refusal(), HasSubstr("word 4 ('e') begins at 2.5 s"));
  folder_.Write("words.tsv", head + "a\t0.5\nb\t1.25\n");
  EXPECT_THAT(Refusal(),
              AllOf(HasSubstr("words.tsv has 2 words, but the sessions have 6"),
                    HasSubstr("sessions/ses-2 has 2, "), HasSubstr("sessions/ses-10 has 3")));
}

TEST_F(SessionFoldersTest, WhatDiffersBetweenSessionsIsRefusedWithBothFiles) {
  const std::string nine = "sessions/ses-9/continuous.npy";
  EXPECT_THAT(RefusalAfter([&] { Write(nine, Signal(1, 20, 3)); }),
              AllOf(HasSubstr(folder_.Path(nine) + " has 3 sensors, but "),
                    HasSubstr("ses-2/continuous.npy has 2 sensors")));
  EXPECT_THAT(RefusalAfter([&] {
                Write(nine, Numbers<double>(DType::kF64, {2, 2}, {1, 2, 3, 4}));
                Write("sessions/ses-9/onsets.npy", Seconds({0}));
              }),
              AllOf(HasSubstr("ses-9/continuous.npy is f64, but"), HasSubstr("astype")));
  EXPECT_THAT(RefusalAfter([&] { Write(nine, Signal(1, 20, 2, Order::kFortran)); }),
              HasSubstr("is in Fortran order, but"));
  const auto write_rate = [&](double rate) {
    Write("sessions/ses-9/sfreq.npy", Numbers<double>(DType::kF64, {}, {rate}));
  };
  EXPECT_THAT(RefusalAfter([&] { write_rate(20); }),
              AllOf(HasSubstr("ses-9/sfreq.npy holds 20, but"),
                    HasSubstr(folder_.Path("sfreq.npy") + " holds 10"),
                    HasSubstr("brainalign filter --resample")));
  EXPECT_THAT(
      RefusalAfter([&] {
        for (const char* session : {"ses-2", "ses-10"}) {
          fs::copy(folder_.Path("sfreq.npy"),
                   folder_.Path(std::string("sessions/") + session + "/sfreq.npy"));
        }
        Remove("sfreq.npy");
        write_rate(20);
      }),
      AllOf(HasSubstr("has 20 samples a second"), HasSubstr("ses-9/sfreq.npy"),
            HasSubstr("ses-2/continuous.npy has 10 ("), HasSubstr("brainalign filter --resample")));
  EXPECT_THAT(RefusalAfter([&] { write_rate(0); }), HasSubstr("ses-9/sfreq.npy holds 0"));
  EXPECT_THAT(RefusalAfter([&] { Remove("sfreq.npy"); }),
              AllOf(HasSubstr("ses-2/sfreq.npy is missing"), HasSubstr("and so is")));
  EXPECT_THAT(RefusalAfter([&] { Write("sessions/ses-9/times.npy", Seconds({0})); }),
              HasSubstr("ses-9/times.npy differs"));
  EXPECT_THAT(
      RefusalAfter([&] {
        Remove(nine);
        Write("sessions/ses-9/meg.npy", Numbers<float>(DType::kF32, {1, 2, 2}, {1, 2, 3, 4}));
      }),
      HasSubstr("ses-9/meg.npy holds epochs, but"));
  write_rate(10);
  EXPECT_EQ(Load().inputs.brain.sfreq_hz, 10);
}

TEST_F(SessionFoldersTest, OnsetsAndWordsThatDoNotFitAreRefused) {
  const std::string onsets = "sessions/ses-9/onsets.npy";
  for (const double outside : {2.0, 1.96, -0.06, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(RefusalAfter([&] { Write(onsets, Seconds({outside})); }),
                AllOf(HasSubstr(folder_.Path(onsets) + " holds "), HasSubstr("at index 0"),
                      HasSubstr("lasts from 0 to 2 s")));
  }
  EXPECT_THAT(RefusalAfter([&] { Write(onsets, Seconds({1000})); }),
              HasSubstr("the onsets look like milliseconds"));
  Write(onsets, Seconds({1.94}));
  EXPECT_THAT(Load().inputs.brain.sessions, ElementsAre(0, 0, 1, 2, 2, 2));
  EXPECT_THAT(RefusalAfter([&] {
                Write(onsets, Seconds({1, 1.1}));
              }),
              AllOf(HasSubstr("the activations in"), HasSubstr("have 6 words"),
                    HasSubstr("the sessions have 7"), HasSubstr("ses-9 has 2")));
  EXPECT_THAT(RefusalAfter([&] { Remove(onsets); }),
              HasSubstr(folder_.Path(onsets) + " is missing"));
  EXPECT_THAT(RefusalAfter([&] { Write(onsets, Seconds({})); }), HasSubstr("has no entry"));
}

TEST_F(SessionFoldersTest, FoldersThatCannotBeSessionsAreRefused) {
  EXPECT_THAT(RefusalAfter([&] { Write("continuous.npy", Signal(0, 9)); }),
              AllOf(HasSubstr(folder_.Path("continuous.npy")), HasSubstr("beside the folder")));
  for (const char* name : {"meg.npy", "onsets.npy", "session_starts.npy"}) {
    EXPECT_THAT(RefusalAfter([&] { Write(name, Seconds({0})); }), HasSubstr("beside the folder"));
  }
  EXPECT_THAT(RefusalAfter([&] { Remove("sessions/ses-9/continuous.npy"); }),
              HasSubstr("ses-9 holds no recording"));
  EXPECT_THAT(RefusalAfter([&] { Write("sessions/ses-9/continuous.npy", Signal(0, 0)); }),
              HasSubstr("has no entry"));
  EXPECT_THAT(RefusalAfter([&] { Write("sessions/ses-9/groups.npy", Seconds({0})); }),
              AllOf(HasSubstr("ses-9/groups.npy belongs into"), HasSubstr(folder_.path())));
  EXPECT_THAT(RefusalAfter([&] { Write("sessions/ses-9/session_starts.npy", Seconds({0})); }),
              HasSubstr("a folder of its own"));
  EXPECT_THAT(RefusalAfter([&] {
                Remove("sessions/ses-9/continuous.npy");
                fs::create_symlink("/nowhere", folder_.Path("sessions/ses-9/continuous.npy"));
              }),
              AllOf(HasSubstr("ses-9/continuous.npy is a link to"), HasSubstr("nothing")));
  EXPECT_THAT(RefusalAfter([&] {
                folder_.Write("sessions/ses-9/onsets.npy",
                              "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
              }),
              HasSubstr("ses-9/onsets.npy is a pointer of Git LFS"));
  EXPECT_THAT(
      RefusalAfter([&] { fs::create_symlink("/nowhere", folder_.Path("sessions/ses-11")); }),
      HasSubstr("ses-11 is a link to"));
  EXPECT_THAT(RefusalAfter([&] { fs::create_symlink("ses-12", folder_.Path("sessions/ses-12")); }),
              HasSubstr("ses-12"));
  EXPECT_THAT(RefusalAfter([&] {
                Remove("sessions");
                folder_.Write("sessions", "");
              }),
              HasSubstr("sessions is not a folder"));
  EXPECT_THAT(RefusalAfter([&] {
                Remove("sessions");
                fs::create_directory(folder_.Path("sessions"));
              }),
              HasSubstr("sessions holds no folder"));
  folder_.Write("sessions/notes.txt", "loud");
  folder_.Write("sessions/.hidden", "");
  EXPECT_THAT(Load().notes, Contains(HasSubstr("notes.txt is not a folder")));
}

TEST_F(SessionFoldersTest, ADiskWithoutRoomIsNamed) {
  setenv("TMPDIR", folder_.Path("none").c_str(), 1);
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("the sessions together take 720 bytes"),
                               HasSubstr(folder_.Path("none")), HasSubstr("set TMPDIR")));
  unsetenv("TMPDIR");
}

TEST_F(SessionFoldersTest, JoiningStopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(absl::IsCancelled(LoadRecording(folder_.path(), stop.get_token()).status()));
}

TEST_F(SessionFoldersTest, OneSessionIsTheRecordingItself) {
  Remove("sessions/ses-2");
  Remove("sessions/ses-9");
  Write("activations.npy", Numbers<float>(DType::kF32, {1, 3, 1}, {1, 2, 3}));
  const Experiment experiment = Load();
  EXPECT_THAT(experiment.inputs.brain.session_starts, ElementsAre(0));
  // It is one session, also where groups.npy has several stories.
  EXPECT_THAT(experiment.inputs.brain.sessions, ElementsAre(0, 0, 0));
  EXPECT_THAT(experiment.inputs.brain.onsets_seconds, ElementsAre(0.04, 2, 3.9));
}

TEST_F(SessionFoldersTest, SessionsThatWerePreparedAlikeAreOnePreparation) {
  const auto write = [&](const std::string& name, double shift, double from) {
    folder_.Write("sessions/" + name + "/preparation.json",
                  PreparationToJson({.band_pass_hz = {},
                                     .resample_hz = 10,
                                     .original_sfreq_hz = from,
                                     .filter_samples = 0,
                                     .largest_shift_seconds = shift,
                                     .session_starts = {0}}));
  };
  write("ses-2", 0.01, 20);
  write("ses-9", 0.03, 20);
  EXPECT_THAT(Load().notes, Contains(HasSubstr("preparation.json is in 2 of 3 folders")));
  write("ses-10", 0.02, 20);
  const Experiment experiment = Load();
  ASSERT_TRUE(experiment.preparation.has_value());
  EXPECT_EQ(experiment.preparation->largest_shift_seconds, 0.03);
  EXPECT_THAT(experiment.preparation->session_starts, ElementsAre(0, 30, 50));
  write("ses-10", 0.02, 40);
  EXPECT_FALSE(Load().preparation.has_value());
  EXPECT_THAT(Load().notes, Contains(HasSubstr("prepared in different ways")));
}

}  // namespace
}  // namespace brainalign
