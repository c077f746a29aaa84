#ifndef BRAINALIGN_CLIENT_REPORT_SVG_CONVERSION_H_
#define BRAINALIGN_CLIENT_REPORT_SVG_CONVERSION_H_

#include <string>

#include "absl/status/statusor.h"

namespace brainalign {

enum class PictureFormat { kPng, kPdf };

// The bytes of `svg` in another format, by the program rsvg-convert of librsvg. PNG has 300 dots
// per inch; PDF keeps texts as texts. FAILED_PRECONDITION, with what to install, if the program is
// not there; INTERNAL with its words if it fails.
absl::StatusOr<std::string> ConvertSvg(const std::string& svg, PictureFormat format);

// Whether ConvertSvg works on this machine.
absl::Status CheckConversion();

// How every PNG and every PDF begins.
extern const char kPngBeginning[];
extern const char kPdfBeginning[];

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_SVG_CONVERSION_H_
