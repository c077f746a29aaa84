#ifndef BRAINALIGN_CLIENT_CLI_PICTURES_H_
#define BRAINALIGN_CLIENT_CLI_PICTURES_H_

#include <string>

#include "client/cli/console.h"

namespace CLI {
class App;
}

namespace brainalign {

// Files for people that are made from a result; empty: not asked for.
struct PictureFlags {
  std::string report;  // HTML
  std::string svg;
  std::string png;
  std::string pdf;
  std::string figure_width = "double";  // of the last three; or "single"

  bool empty() const { return report.empty() && svg.empty() && png.empty() && pdf.empty(); }
};

// Declares them; `report_flag` is the name of the one of the report.
void AddPictureFlags(CLI::App& app, const std::string& report_flag, PictureFlags& flags);

// Whether they can be written later: to be asked before work starts. Prints the error, as where two
// have the same path, or one has that of the result, `out` (empty or "-": no file).
bool CanWritePictures(const Console& console, const PictureFlags& flags,
                      const std::string& out = "");

// Writes them. `result_json` as of ResultToJson; errors in it begin with `source`, if it is a file.
// Returns the exit code.
int WritePictures(const Console& console, const std::string& result_json, const PictureFlags& flags,
                  const std::string& source = "");

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_PICTURES_H_
