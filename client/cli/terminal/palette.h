#ifndef BRAINALIGN_CLIENT_CLI_TERMINAL_PALETTE_H_
#define BRAINALIGN_CLIENT_CLI_TERMINAL_PALETTE_H_

#include <string>

#include "client/cli/terminal/terminal.h"

namespace brainalign {

// How a number between 0 and 1 looks in a terminal: a background in the colours of Cividis, which
// stay apart for colour-blind eyes and rise in lightness, or a character.
class Palette {
 public:
  explicit Palette(ColorDepth color) : color_(color) {}

  // `share` is limited to [0, 1].
  std::string Cell(double share, int columns) const;

  // A cell that is not known yet.
  std::string Empty(int columns) const;

  // Ends a run of cells.
  std::string Reset() const;

 private:
  const ColorDepth color_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_TERMINAL_PALETTE_H_
