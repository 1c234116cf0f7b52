using System.Collections.Frozen;
using Presence.Core.Model;

namespace Presence.Core.Authorization;

/// <summary>What the gateway's own rules say of one watcher, beside whatever the presentity's home decides.</summary>
public enum AccessAction
{
    /// <summary>The home alone decides.</summary>
    Allow,

    /// <summary>Refused, and told so.</summary>
    Block,

    /// <summary>Accepted, and shown offline for ever: the watcher cannot tell it from a presentity that is away (RN-040).</summary>
    PoliteBlock,
}

/// <summary>One rule: <paramref name="Watcher"/> and <paramref name="Presentity"/> are users, or whole domains (an address without local part).</summary>
public sealed record AccessRule(Address Presentity, Address Watcher, AccessAction Action);

/// <summary>
/// The gateway's own rules about who may watch and address whom. The most exact rule wins: user and user, user's own domain rule, a watcher of a whole domain, domain and domain. Immutable; a
/// change is a new list.
/// </summary>
public sealed class AccessList
{
    private readonly FrozenDictionary<(Address Presentity, Address Watcher), AccessAction> _rules;

    /// <summary>Builds the list; of two rules for the same pair the stricter counts.</summary>
    public AccessList(IEnumerable<AccessRule> rules) => _rules = rules.GroupBy(r => (r.Presentity, r.Watcher))
        .ToFrozenDictionary(g => g.Key, g => g.Any(r => r.Action == AccessAction.Block) ? AccessAction.Block : g.Max(r => r.Action));

    public static AccessList Empty { get; } = new([]);

    public bool IsEmpty => _rules.Count == 0;

    /// <summary>What holds between these two; <see cref="AccessAction.Allow"/> when no rule names them.</summary>
    public AccessAction ActionOf(Address presentity, Address watcher)
    {
        if (_rules.Count == 0) return AccessAction.Allow;
        var (home, from) = (new Address("", presentity.Domain), new Address("", watcher.Domain));
        return _rules.TryGetValue((presentity, watcher), out var action) || _rules.TryGetValue((presentity, from), out action)
            || _rules.TryGetValue((home, watcher), out action) || _rules.TryGetValue((home, from), out action)
            ? action
            : AccessAction.Allow;
    }

    public bool IsBlocked(Address presentity, Address watcher) => ActionOf(presentity, watcher) == AccessAction.Block;
}
