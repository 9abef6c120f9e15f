/** The shells that can complete. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * What a shell reads once. Each asks `naumachia complete -- WORDS...`, the last of which is the one to complete, and gets a line per value, with a tab and what it
 * means, and `:files` where names of files fit as well.
 */
export const SHELL_SCRIPTS: { readonly [S in Shell]: string } = {
  // Where the flags of a completion cannot be changed (bash 3), files are offered whenever there is nothing else.
  bash: `# bash completion of naumachia: source <(naumachia completion bash)
_naumachia() {
  local line files=+o values=()
  while IFS= read -r line; do
    case "$line" in
      :files) files=-o ;;
      *) values+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(naumachia complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  compopt "$files" default 2>/dev/null
  COMPREPLY=(\${values[@]+"\${values[@]}"})
}
complete -o default -F _naumachia naumachia
`,
  zsh: `#compdef naumachia
# zsh completion of naumachia: source <(naumachia completion zsh), or a file _naumachia in your $fpath
_naumachia() {
  local line
  local -i files=0
  local -a values
  for line in "\${(@f)$(naumachia complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) files=1 ;;
      *$'\\t'*) values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
      *) values+=("\${line//:/\\\\:}") ;;
    esac
  done
  (( $#values )) && _describe -V naumachia values
  (( files )) && _files
}
if [[ $funcstack[1] == _naumachia ]]; then
  _naumachia "$@"
else
  compdef _naumachia naumachia
fi
`,
  fish: `# fish completion of naumachia: naumachia completion fish | source
function __naumachia_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in (naumachia complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c naumachia -f -a '(__naumachia_complete)'
`,
  // Windows PowerShell leaves empty arguments out. Nothing is completed as a file by PowerShell itself.
  powershell: `# PowerShell completion of naumachia: naumachia completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName naumachia -ScriptBlock {
  param($word, $line, $cursor)
  $words = @($line.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursor } | ForEach-Object { $_.ToString() })
  $new = if ($word -eq '') { @('--new-word') } else { @() }
  naumachia complete @new -- @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
    $value, $about = $_ -split "\`t", 2
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $(if ($about) { $about } else { $value }))
  }
}
`,
};
