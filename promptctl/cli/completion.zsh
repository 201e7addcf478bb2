#compdef promptctl git-promptctl
# Completion of promptctl for zsh: eval "$(promptctl completion zsh)" after compinit
_promptctl() {
    local -a found
    found=("${(@f)$(promptctl --complete "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
    if [[ -n $found ]]; then
        compadd -- $found
    else
        _files
    fi
}
if [[ ${funcstack[1]} == _promptctl ]]; then
    _promptctl
else
    compdef _promptctl promptctl git-promptctl
fi
