#include "client/report/html_report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "client/report/color_scale.h"
#include "client/report/generalisation_maps.h"
#include "client/report/html_tables.h"
#include "client/report/json_values.h"
#include "client/report/markup.h"
#include "client/report/methods_text.h"
#include "client/report/page_files.h"
#include "client/report/svg_figure.h"
#include "client/tensors/digest.h"
#include "core/printable.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

// Four digits, as the page shows: a large matrix stays small.
std::vector<double> Rounded(const std::vector<double>& values) {
  std::vector<double> rounded(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!absl::SimpleAtod(absl::StrFormat("%.4g", values[i]), &rounded[i])) rounded[i] = values[i];
  }
  return rounded;
}

Json OptionalNumbers(const std::vector<double>& values) {
  return values.empty() ? Json() : Json(Rounded(values));
}

Json ToJson(const GeneralisationMaps& maps) {
  return {{"times", Rounded(maps.times_seconds)},
          {"mergedTimes", maps.merged_times},
          {"layers", maps.layers},
          {"mostCode", GeneralisationMaps::kMostCode},
          {"cells", maps.cells}};
}

// The data of the charts, as the text of a script element: without the characters that end one.
// `maps`: null for none.
std::string DataForCharts(const ReportData& data, const Json& maps) {
  const ColorScale scale = ScaleOfMaps(data);
  const auto best = BestCell(data);
  const auto fit = FitDepth(data);
  std::vector<std::string> layers;
  for (const std::string& name : data.layer_names) layers.push_back(Printable(name));
  const Json json = {
      {"layers", layers},
      {"times", data.times_seconds},
      {"depth", data.depth},
      {"score", Rounded(data.score)},
      {"scoreName", ScoreName(data)},
      {"scale", {{"low", scale.low}, {"high", scale.high}, {"colors", CividisStops()}}},
      {"best", best.has_value() ? Json{{"layer", best->first}, {"time", best->second}} : Json()},
      {"tMax", data.t_max},
      {"fit", fit.has_value() ? Json{{"slope", fit->slope}, {"intercept", fit->intercept_seconds}}
                              : Json()},
      {"tMaxLow", OptionalNumbers(data.t_max_low)},
      {"tMaxHigh", OptionalNumbers(data.t_max_high)},
      {"halfInterval", OptionalNumbers(data.half_interval)},
      {"pCell", OptionalNumbers(data.p_cell)},
      {"significantP", kSignificantP},
      {"familywiseThreshold", OrNull(data.familywise_threshold)},
      {"foldScore", OptionalNumbers(data.fold_score)},
      {"timeGeneralisation", maps},
  };
  return absl::StrReplaceAll(
      json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace),
      {{"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}});
}

// 'sha256-...' of the text of an element.
std::string SourceOf(const std::string& text) {
  return absl::StrCat("'sha256-", absl::Base64Escape(absl::HexStringToBytes(Sha256OfBytes(text))),
                      "'");
}

std::string PageScripts() {
  return absl::StrCat(kGeneralisationScript, kCurvesScript, kPageScript);
}

std::string Policy() {
  const std::string scripts =
      HasCharts() ? absl::StrCat(SourceOf(kChartsScript), " ", SourceOf(PageScripts())) : "'none'";
  return absl::StrCat("default-src 'none'; script-src ", scripts, "; style-src ",
                      SourceOf(kPageStyle), "; base-uri 'none'; form-action 'none'");
}

std::string Scripts() {
  if (!HasCharts()) return "";
  return absl::StrCat("<script>", kChartsScript, "</script>\n<script>", PageScripts(),
                      "</script>\n");
}

std::string DepthTitle(const ReportData& data) {
  const auto fit = FitDepth(data);
  const bool is_defined = std::any_of(data.t_max.begin(), data.t_max.end(),
                                      [](double time) { return std::isfinite(time); });
  if (!is_defined) return "t_max by depth: undefined for every layer";
  if (!fit.has_value()) return "t_max by depth";
  std::string title = absl::StrFormat("t_max by depth, slope %.3f s", fit->slope);
  if (data.slope_low.has_value() && data.slope_high.has_value()) {
    absl::StrAppendFormat(&title, " (95 %% interval %.3f to %.3f s)", *data.slope_low,
                          *data.slope_high);
  }
  return title;
}

std::string FoldTitle(const ReportData& data) {
  const auto best = BestCell(data);
  if (!best.has_value() || data.folds() == 0) return "Folds";
  return absl::StrCat("Folds: ", ScoreName(data), " of ", data.layer_names[best->first],
                      ", which has the best score");
}

// What scripts fill; empty for a result without time generalisation.
std::string GeneralisationSection(const ReportData& data) {
  if (data.time_generalisation.empty() || !HasCharts()) return "";
  return R"(<section id="generalisation-section" aria-labelledby="generalisation-title" hidden>
<h2 id="generalisation-title">Time generalisation</h2>
<div class="chart" id="generalisation" tabindex="0" role="application" aria-label="Time generalisation of the chosen layer. Arrow keys read the values." aria-describedby="generalisation-summary generalisation-key"></div>
<p class="reading" id="generalisation-reading" role="status">The layer is the one that was read last in the map above. Point at a cell, touch it, or use the arrow keys.</p>
<p class="key" id="generalisation-summary" aria-live="polite"></p>
<p class="key" id="generalisation-key"></p>
<p class="save">Save as SVG: <button type="button" data-save="generalisation">time generalisation</button></p>
</section>
)";
}

// The page, with what DataForCharts makes.
std::string PageWith(const ReportData& data, const std::string& data_for_charts) {
  return absl::StrReplaceAll(kPageTemplate,
                             {{"{{policy}}", Policy()},
                              {"{{style}}", kPageStyle},
                              {"{{title}}", "Alignment of a brain recording with a language model"},
                              {"{{finding}}", MarkupText(Finding(data))},
                              {"{{figure}}", SvgFigure(data, FigureWidth::kDouble)},
                              {"{{description}}", MarkupText(Description(data))},
                              {"{{score_name}}", MarkupText(ScoreName(data))},
                              {"{{key}}", MarkupText(FigureKey(data))},
                              {"{{depth_title}}", MarkupText(DepthTitle(data))},
                              {"{{generalisation}}", GeneralisationSection(data)},
                              {"{{layers}}", ReportLayerTable(data)},
                              {"{{fold_title}}", MarkupText(FoldTitle(data))},
                              {"{{folds}}", FoldSection(data)},
                              {"{{verdict}}", VerdictSection(data)},
                              {"{{uncertainty}}", UncertaintyList(data)},
                              {"{{notes}}", NoteList(data)},
                              {"{{facts}}", FactTable(data)},
                              {"{{methods}}", MarkupText(data.methods)},
                              {"{{methods_to_add}}", MethodsToAddList()},
                              {"{{references}}", MarkupLines(kMethodsReferences)},
                              {"{{data}}", data_for_charts},
                              {"{{scripts}}", Scripts()}});
}

}  // namespace

const char kHtmlBeginning[] = "<!DOCTYPE html>\n<!-- brainalign report -->";

bool HasCharts() { return kChartsScript[0] != '\0'; }

std::string HtmlReport(const ReportData& data) {
  // A page that is easy to send and quick to open (docs/reports.md).
  constexpr std::size_t kMostBytes = 1'150'000;
  std::string page = PageWith(data, DataForCharts(data, Json()));
  if (data.time_generalisation.empty() || !HasCharts()) return page;
  const std::size_t left = kMostBytes - std::min(kMostBytes, page.size());
  return PageWith(data, DataForCharts(data, ToJson(MapsWithin(data, ScaleOfMaps(data), left))));
}

}  // namespace brainalign
