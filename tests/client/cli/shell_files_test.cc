// Completion and manual, of a small tree of verbs and of the program's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <string>

#include "client/cli/command_tree.h"
#include "client/cli/completion.h"
#include "client/cli/manual.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// What bash offers for a line of words, the last of which is being typed.
std::string Offered(const std::string& script, const std::string& words) {
  const ScratchFolder folder;
  const std::string path = folder.path() + "/completion";
  std::ofstream(path) << script;
  const std::string command = "bash -c 'source \"" + path + "\" && COMP_WORDS=(" + words +
                              ") && COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) && _brainalign; "
                              "echo \"${COMPREPLY[*]}\"' 2>&1";
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
  pclose(pipe);
  return said;
}

class ShellFilesTest : public testing::Test {
 protected:
  ShellFilesTest() { DeclareVerbs(app_, flags_); }

  CLI::App app_{kProgramDescription, "brainalign"};
  SharedFlags flags_;
};

TEST_F(ShellFilesTest, BashCompletesVerbsFlagsAndChoices) {
  const std::string script = CompletionScript(app_, Shell::kBash);
  EXPECT_EQ(Offered(script, "brainalign ru"), "run\n");
  EXPECT_EQ(Offered(script, "brainalign run --pres"), "--preset\n");
  EXPECT_EQ(Offered(script, "brainalign run --color n"), "never\n");
  EXPECT_EQ(Offered(script, "brainalign run DIR --local --colo"), "--color\n");
  // Verbs below a verb.
  EXPECT_EQ(Offered(script, "brainalign admin drai"), "drain\n");
  // A name that no verb has is a file.
  EXPECT_EQ(Offered(script, "brainalign run resul"), "\n");
}

TEST_F(ShellFilesTest, ZshScriptHasTheSameWords) {
  const std::string script = CompletionScript(app_, Shell::kZsh);
  EXPECT_THAT(script, StartsWith("#compdef brainalign\n"));
  EXPECT_THAT(script, HasSubstr("'run --color') words_here='auto always never'"));
}

TEST_F(ShellFilesTest, EveryVerbHasAPage) {
  const auto pages = ManualPages(app_);
  ASSERT_EQ(pages.size(), app_.get_subcommands(nullptr).size() + 1);
  EXPECT_EQ(pages[0].first, "brainalign.1");
  for (const auto& [name, text] : pages) {
    EXPECT_THAT(text, StartsWith(".TH BRAINALIGN")) << name;
    EXPECT_THAT(text, HasSubstr("\n.SH NAME\nbrainalign")) << name;
    EXPECT_THAT(text, HasSubstr("\\fB\\-h, \\-\\-help\\fR")) << name;
  }
}

TEST(ManualTest, TextIsNeverARequestOfMan) {
  CLI::App app("A program.\n.so /etc/passwd", "brainalign");
  app.add_subcommand("go", "'quoted' \\fBbold\\fR");
  const auto pages = ManualPages(app);
  EXPECT_THAT(pages[0].second, HasSubstr("\n\\&'quoted' \\efBbold\\efR\n"));
  EXPECT_THAT(pages[0].second, Not(HasSubstr("\n.so")));
}

}  // namespace
}  // namespace brainalign
