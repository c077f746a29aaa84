#include "client/cli/manual.h"

#include <CLI/CLI.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "core/version.h"

namespace brainalign {
namespace {

// Text of man: backslashes and minus signs as such, and no line that begins a request.
std::string Roff(const std::string& text) {
  const std::string escaped = absl::StrReplaceAll(
      text, {{"\\", "\\e"}, {"-", "\\-"}, {"\n.", "\n\\&."}, {"\n'", "\n\\&'"}});
  const bool is_request = absl::StartsWith(escaped, ".") || absl::StartsWith(escaped, "'");
  return absl::StrCat(is_request ? "\\&" : "", escaped);
}

// "-o, --output FILE", in bold and italics.
std::string HeadOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back(absl::StrCat("-", name));
  for (const std::string& name : option.get_lnames()) names.push_back(absl::StrCat("--", name));
  if (names.empty()) names.push_back(option.get_name(/*positional=*/true));
  std::string head = absl::StrCat("\\fB", Roff(absl::StrJoin(names, ", ")), "\\fR");
  if (option.get_items_expected_max() > 0 && !option.get_positional()) {
    absl::StrAppend(&head, " \\fI", Roff(option.get_type_name()), "\\fR");
  }
  return head;
}

std::string Options(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options(nullptr)) {
    absl::StrAppend(&text, ".TP\n", HeadOf(*option), "\n", Roff(option->get_description()));
    if (!option->get_default_str().empty()) {
      absl::StrAppend(&text, " (default: ", Roff(option->get_default_str()), ")");
    }
    text += "\n";
  }
  return text;
}

// Lines that begin with two spaces are what a user types.
std::string Footer(const CLI::App& app) {
  std::string text;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(app.get_footer(), '\n'))) {
    if (line.empty()) {
      text += ".PP\n";
    } else if (absl::StartsWith(line, "  ")) {
      absl::StrAppend(&text, ".RS\n.nf\n", Roff(std::string(absl::StripAsciiWhitespace(line))),
                      "\n.fi\n.RE\n");
    } else {
      absl::StrAppend(&text, Roff(line), "\n");
    }
  }
  return text;
}

std::string Head(const std::string& page, const std::string& description) {
  const std::string first(absl::StripSuffix(absl::StrReplaceAll(description, {{"\n", " "}}), "."));
  return absl::StrCat(".TH ", absl::AsciiStrToUpper(Roff(page)), " 1 \"\" \"brainalign ", Version(),
                      "\" \"User Commands\"\n.SH NAME\n", Roff(page), " \\- ", Roff(first), "\n");
}

// Verbs below a verb follow it as subsections.
std::string Below(const CLI::App& app, const std::string& called) {
  std::string text;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) {
    const std::string name = absl::StrCat(called, " ", verb->get_name());
    absl::StrAppend(&text, ".SS ", Roff(name), "\n", Roff(verb->get_description()), "\n",
                    Options(*verb), Footer(*verb), Below(*verb, name));
  }
  return text;
}

std::string PageOfVerb(const CLI::App& verb) {
  const std::string called = absl::StrCat("brainalign ", verb.get_name());
  std::string synopsis = absl::StrCat("\\fB", Roff(called), "\\fR");
  for (const CLI::Option* option : verb.get_options(nullptr)) {
    if (!option->get_positional()) continue;
    const std::string name = option->get_name(/*positional=*/true);
    absl::StrAppend(&synopsis, " ", option->get_required() ? "" : "[", "\\fI", Roff(name), "\\fR",
                    option->get_required() ? "" : "]");
  }
  const std::string below = Below(verb, called);
  return absl::StrCat(Head(absl::StrCat("brainalign-", verb.get_name()), verb.get_description()),
                      ".SH SYNOPSIS\n", synopsis, below.empty() ? "" : " \\fIVERB\\fR",
                      " [\\fIOPTIONS\\fR]\n", ".SH OPTIONS\n", Options(verb),
                      below.empty() ? "" : ".SH VERBS\n", below, ".SH EXAMPLES\n", Footer(verb),
                      ".SH SEE ALSO\n.BR brainalign (1)\n");
}

std::string PageOfProgram(const CLI::App& app) {
  std::string verbs;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) {
    absl::StrAppend(&verbs, ".TP\n\\fB", Roff(verb->get_name()), "\\fR\n",
                    Roff(verb->get_description()), "\n");
  }
  return absl::StrCat(Head("brainalign", app.get_description()),
                      ".SH SYNOPSIS\n\\fBbrainalign\\fR \\fIVERB\\fR [\\fIOPTIONS\\fR]\n"
                      ".SH VERBS\nEach has a page of its own, such as brainalign\\-run(1).\n",
                      verbs, ".SH OPTIONS\n", Options(app), ".SH NOTES\n", Footer(app));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> ManualPages(const CLI::App& app) {
  std::vector<std::pair<std::string, std::string>> pages = {{"brainalign.1", PageOfProgram(app)}};
  for (const CLI::App* verb : app.get_subcommands(nullptr)) {
    pages.emplace_back(absl::StrCat("brainalign-", verb->get_name(), ".1"), PageOfVerb(*verb));
  }
  return pages;
}

}  // namespace brainalign
