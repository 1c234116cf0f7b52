using System.Collections.Frozen;
using Presence.Core.Model;

namespace Presence.Core.Authorization;

/// <summary>
/// The gateway's own refusals, beside whatever the presentity's home decides: a watcher, or a whole domain (an address without local part), that may not watch
/// a presentity, or anybody of its domain. Immutable; a change is a new list.
/// </summary>
public sealed class AccessList
{
    private readonly FrozenSet<(Address Presentity, Address Watcher)> _blocked;

    private AccessList(FrozenSet<(Address Presentity, Address Watcher)> blocked) => _blocked = blocked;

    public static AccessList Empty { get; } = new(FrozenSet<(Address Presentity, Address Watcher)>.Empty);

    /// <summary>Each entry blocks <c>Watcher</c> from <c>Presentity</c>; a domain on either side stands for all its users.</summary>
    public static AccessList Blocking(IEnumerable<(Address Presentity, Address Watcher)> blocked) => new(blocked.ToFrozenSet());

    public bool IsBlocked(Address presentity, Address watcher)
    {
        if (_blocked.Count == 0) return false;
        var (home, from) = (new Address("", presentity.Domain), new Address("", watcher.Domain));
        return _blocked.Contains((presentity, watcher)) || _blocked.Contains((presentity, from))
            || _blocked.Contains((home, watcher)) || _blocked.Contains((home, from));
    }
}
