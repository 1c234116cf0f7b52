namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>The namespace declarations in force while one element is read; those of the stream header lie at the bottom.</summary>
internal sealed class NamespaceScope
{
    /// <summary>Declarations in force at the same time: each name is looked up among them, so their number is a factor of what a stanza costs.</summary>
    public const int EntriesMax = 256;

    private (string Prefix, string Namespace)[] _entries = new (string, string)[8];

    /// <summary>How many declarations are in force; an element's end returns to the count of its start.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Clear() => Count = 0;

    /// <summary>Returns to an earlier count.</summary>
    public void Return(int count) => Count = count;

    /// <summary>Adds one declaration.</summary>
    public void Declare(string prefix, string @namespace)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        _entries[Count++] = (prefix, @namespace);
    }

    /// <summary>True when a tag declares the same prefix twice.</summary>
    public bool IsDeclaredSince(int count, string prefix)
    {
        for (int at = count; at < Count; at++)
        {
            if (_entries[at].Prefix == prefix) return true;
        }
        return false;
    }

    /// <summary>The namespace of a prefix, or null when nothing declares it.</summary>
    public string? Resolve(string prefix)
    {
        for (int at = Count - 1; at >= 0; at--)
        {
            if (_entries[at].Prefix == prefix) return _entries[at].Namespace;
        }
        return prefix switch
        {
            "" => "",
            "xml" => Namespaces.Xml,
            _ => null,
        };
    }

    /// <summary>All declarations in force, the oldest first.</summary>
    public IEnumerable<(string Prefix, string Namespace)> Declared() => _entries.Take(Count);
}
