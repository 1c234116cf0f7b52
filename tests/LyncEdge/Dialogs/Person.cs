using LyncEdge.Presence;
using LyncEdge.Talk;

namespace LyncEdge.Dialogs;

/// <summary>What a Microsoft user's home server answers to a watcher (field facts B7, H14).</summary>
public enum WatchPolicy
{
    Allow,

    /// <summary>Polite block: 200 and a closed state (B7 rule 2).</summary>
    Block,

    /// <summary>403.</summary>
    Deny,

    /// <summary>404.</summary>
    Unknown,

    /// <summary>202 and a pending NOTIFY.</summary>
    Pending,
}

/// <summary>One user behind the edge. Users come into being when first named, unless they were declared unknown.</summary>
public sealed class Person(string address, string epid)
{
    public string Address => address;

    public string Epid => epid;

    public string DisplayName { get; set; } = NameOf(address);

    public ShownState Shown { get; set; } = ShownState.Available;

    public WatchPolicy Policy { get; set; } = WatchPolicy.Allow;

    /// <summary>Watchers blocked one by one.</summary>
    public HashSet<string> Blocked { get; } = new(StringComparer.Ordinal);

    /// <summary>Status of every SUBSCRIBE of a watcher, when not 0: for failures no policy names.</summary>
    public int SubscribeStatus { get; set; }

    public int? ExpiresMax { get; set; }

    public int? ExpiresMin { get; set; }

    /// <summary>NOTIFY leaves before the 200 (field fact H14).</summary>
    public bool NotifiesFirst { get; set; }

    public CalleeHabit Callee { get; set; } = new();

    public MessageHabit OnMessage { get; set; } = new();

    private static string NameOf(string address)
    {
        var user = address.Split('@')[0];
        return user.Length == 0 ? address : char.ToUpperInvariant(user[0]) + user[1..] + " Example";
    }
}
