#ifndef BRAINALIGN_CLIENT_EXPERIMENT_EVENT_ROWS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_EVENT_ROWS_H_

#include <string>
#include <vector>

#include "client/experiment/delimited_text.h"

namespace brainalign {

// Leaves out the rows of a table of events that are no words. It does so if a column trial_type (or
// type) has values that begin with "word", such as word or word_onset_01, beside others: then rows
// of other types go, and of the rest those without a text in one of the columns `text_names`, or
// with "sp", which transcripts write for silence. Appends to `notes` how many went. Does nothing to
// another table.
void KeepWordEvents(const std::vector<std::string>& text_names, DelimitedText& table,
                    std::vector<std::string>& notes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_EVENT_ROWS_H_
