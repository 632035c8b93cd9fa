// The output that the runner of GitHub Actions interprets: "workflow commands" in the output of a step, such as
// "::error file=a.nix,line=3::message", at the start of a line, or in their older form, "##[error]message", anywhere in
// it. Text of others must not contain any: a command may change the environment of later steps, or hide text.
#pragma once

#include <string>
#include <string_view>

namespace eka {

// `text` without anything that the runner would take for a command: "\x3a:" for "::" at the start of a line, after
// white space or characters that are not ASCII, and "#\x23[" for "##[". Everything else is unchanged.
std::string without_workflow_commands(std::string_view text);

// Escape text for the parts of a command: the value of a property, and the message after the properties.
std::string workflow_property(std::string_view text);
std::string workflow_message(std::string_view text);

}  // namespace eka
