// The scripts only pass the words to `eka complete` and hand its answer to the shell.
#include <map>

#include "cli/manual/completion.h"

namespace eka::cli {
namespace {

constexpr const char* bash = R"script(# Completion of eka for bash. Load it with: source <(eka completion bash)
_eka() {
  local line value last=
  COMPREPLY=()
  while IFS= read -r line; do
    value=${line%%$'\t'*}
    case $value in
      '#files') compopt -o filenames; COMPREPLY+=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")) ;;
      '#directories') compopt -o filenames; COMPREPLY+=($(compgen -d -- "${COMP_WORDS[COMP_CWORD]}")) ;;
      *) COMPREPLY+=("$value"); last=$value ;;
    esac
  done < <(IFS=$' \t\n'; command "${COMP_WORDS[0]}" complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  # After "alias:", "set::" and "--option=" more follows.
  if [[ ${#COMPREPLY[@]} -eq 1 && $last == *[:=] ]]; then compopt -o nospace; fi
} 2>/dev/null
complete -F _eka eka
)script";

constexpr const char* zsh = R"script(#compdef eka
# Completion of eka for zsh. Load it with: source <(eka completion zsh)
_eka() {
  local line value paths=
  local -a values shown open open_shown
  for line in "${(@f)$(command ${words[1]} complete zsh "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    value=${line%%$'\t'*}
    case $value in
      '#files') paths=files ;;
      '#directories') paths=directories ;;
      *[:=]) open+=("$value"); open_shown+=("${line/$'\t'/  -- }") ;;
      *) values+=("$value"); shown+=("${line/$'\t'/  -- }") ;;
    esac
  done
  local -i found=1
  (( $#values )) && compadd -l -d shown -a values && found=0
  (( $#open )) && compadd -S '' -l -d open_shown -a open && found=0
  if [[ $paths == files ]]; then _files && found=0; fi
  if [[ $paths == directories ]]; then _files -/ && found=0; fi
  return found
}
if [[ ${funcstack[1]-} == _eka ]]; then _eka "$@"; else compdef _eka eka; fi
)script";

constexpr const char* fish = R"script(# Completion of eka for fish. Load it with: eka completion fish | source
function __eka_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l word (commandline -ct)
    for line in (command $program complete fish $words "$word" 2>/dev/null)
        switch $line
            case '#files'
                __fish_complete_path $word
            case '#directories'
                __fish_complete_directories $word
            case '*'
                echo $line
        end
    end
end
complete -c eka -f -a '(__eka_complete)'
)script";

const std::map<std::string, const char*>& scripts() {
  static const std::map<std::string, const char*> all{{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
  return all;
}

}  // namespace

std::vector<std::string> shells() {
  std::vector<std::string> out;
  for (const auto& [name, script] : scripts()) out.push_back(name);
  return out;
}

std::optional<std::string> completion_script(const std::string& shell) {
  const auto found = scripts().find(shell);
  return found == scripts().end() ? std::nullopt : std::optional<std::string>(found->second);
}

}  // namespace eka::cli
