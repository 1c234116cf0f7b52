namespace LyncEdge;

/// <summary>What a discovered partner meets: so many messages a second, so many distinct contacts (field facts A4, H6).</summary>
public sealed class Throttle
{
    private readonly Queue<long> _stamps = new();
    private readonly HashSet<string> _contacts = new(StringComparer.Ordinal);

    /// <summary>off, 503, 480 or drop.</summary>
    public string Mode { get; set; } = "off";

    public int PerSecond { get; set; } = 20;

    public int ContactsMax { get; set; } = 1000;

    /// <summary>True when this request is one too many.</summary>
    public bool Exceeds(string contact, long nowMs)
    {
        if (Mode == "off") return false;
        while (_stamps.Count > 0 && _stamps.Peek() <= nowMs - 1000) _stamps.Dequeue();
        _stamps.Enqueue(nowMs);
        _contacts.Add(contact);
        return _stamps.Count > PerSecond || _contacts.Count > ContactsMax;
    }
}
