#ifndef BRAINALIGN_CLIENT_EXPERIMENT_EVENT_ROWS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_EVENT_ROWS_H_

#include <string>
#include <vector>

#include "client/experiment/delimited_text.h"

namespace brainalign {

// Removes the rows of a table of events that are not words. It does so if a column trial_type (or
// type) has values that begin with "word", such as word or word_onset_01, and also others. Then it
// removes rows of other types, and rows without a text in one of the columns `text_names` or with
// "sp", which means silence in transcripts. Appends the number of removed rows to `notes`. Does not
// change other tables.
void KeepWordEvents(const std::vector<std::string>& text_names, DelimitedText& table,
                    std::vector<std::string>& notes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_EVENT_ROWS_H_
