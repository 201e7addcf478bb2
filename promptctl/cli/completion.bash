# Completion of promptctl for bash: eval "$(promptctl completion bash)"
_promptctl() {
    local line=${COMP_LINE:0:COMP_POINT} words found
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    # `git promptctl …` comes through here as well.
    [[ ${words[0]} == git ]] && words=("${words[@]:1}")
    local current=${words[${#words[@]}-1]}
    # Bash replaces only what follows the last of its break characters, = among them; an @ it replaces as well.
    local prefix=${current%"${current##*[$COMP_WORDBREAKS]}"}
    prefix=${prefix%@}
    COMPREPLY=()
    while IFS= read -r found; do
        [[ -n $found ]] && COMPREPLY+=("${found#"$prefix"}")
    done < <(promptctl --complete "${words[@]:1}" 2>/dev/null)
}
_git_promptctl() { _promptctl; }
complete -o bashdefault -o default -F _promptctl promptctl git-promptctl
