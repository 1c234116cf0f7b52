using System.Diagnostics.CodeAnalysis;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Dialback;

/// <summary>
/// The four steps of XEP-0220, named by step because their element names mislead:
/// <code>
///   Originating                 Receiving                  Authoritative (for the originating domain)
///       │ 1 Key  &lt;db:result&gt;key ──▸│
///       │                         │ 2 Ask &lt;db:verify id&gt;key ──▸│
///       │                         │◂── &lt;db:verify id type&gt; Verdict 3 │
///       │◂─ &lt;db:result type&gt; Result 4 │
/// </code>
/// </summary>
public enum DialbackStep
{
    /// <summary>Step 1: the originating server shows its key.</summary>
    Key,
    /// <summary>Step 2: the receiving server asks the authoritative one.</summary>
    Ask,
    /// <summary>Step 3: the authoritative server answers.</summary>
    Verdict,
    /// <summary>Step 4: the receiving server tells the originating one.</summary>
    Result,
}

/// <summary>The word of steps 3 and 4.</summary>
public enum DialbackWord
{
    /// <summary>The key is right.</summary>
    Valid,
    /// <summary>The key is wrong.</summary>
    Invalid,
    /// <summary>It could not be told; the stream goes on (XEP-0220 §2.5).</summary>
    Error,
}

/// <summary>The conditions of a dialback error: the table of XEP-0220 §2.5.</summary>
public enum DialbackCondition
{
    /// <summary>The target domain is not hosted.</summary>
    ItemNotFound,
    /// <summary>The authoritative server could not be connected.</summary>
    RemoteConnectionFailed,
    /// <summary>The authoritative server does not know the domain, or was not found.</summary>
    RemoteServerNotFound,
    /// <summary>The authoritative server did not answer.</summary>
    RemoteServerTimeout,
    /// <summary>TLS is required first.</summary>
    PolicyViolation,
    /// <summary>A certificate is required instead.</summary>
    NotAuthorized,
    /// <summary>The key was wrong, while other pairs live on.</summary>
    Forbidden,
    /// <summary>The identity cannot be established.</summary>
    NotAcceptable,
    /// <summary>Too many pairs on this stream.</summary>
    ResourceConstraint,
    /// <summary>A condition that the table does not name.</summary>
    Other,
}

/// <summary>A sender domain and a target domain; stanzas flow from the first to the second. RFC 6120 §8.1, XEP-0220 §1.3.</summary>
public readonly record struct DomainPair(string From, string To)
{
    /// <summary>The other direction.</summary>
    public DomainPair Reversed => new(To, From);

    /// <inheritdoc/>
    public override string ToString() => $"{From}→{To}";
}

/// <summary>One dialback element. <see cref="Pair"/> is the pair it is about, sender first, whichever way this element travels.</summary>
public sealed record DialbackMessage(DialbackStep Step, DomainPair Pair)
{
    private static readonly (string Name, string Type)[] s_conditions =
    [
        ("item-not-found", "cancel"), ("remote-connection-failed", "cancel"), ("remote-server-not-found", "cancel"), ("remote-server-timeout", "wait"),
        ("policy-violation", "modify"), ("not-authorized", "auth"), ("forbidden", "auth"), ("not-acceptable", "modify"), ("resource-constraint", "wait"),
        ("undefined-condition", "cancel"),
    ];

    /// <summary>The key of steps 1 and 2: opaque.</summary>
    public string Key { get; init; } = "";
    /// <summary>The stream id of steps 2 and 3.</summary>
    public string Id { get; init; } = "";
    /// <summary>The word of steps 3 and 4.</summary>
    public DialbackWord Word { get; init; }
    /// <summary>The condition of an error.</summary>
    public DialbackCondition Condition { get; init; } = DialbackCondition.Other;

    /// <summary>Reads an element of the dialback namespace; false when it lacks what its step must carry.</summary>
    public static bool TryRead(XmlElement element, [NotNullWhen(true)] out DialbackMessage? message)
    {
        message = null;
        if (element.Namespace != Namespaces.Dialback || element.Name is not ("result" or "verify")) return false;
        bool isVerify = element.Name == "verify";
        string id = element.Attribute("id") ?? "";
        if (!Jid.TryPrepareDomain(element.Attribute("from") ?? "", out string? from) || !Jid.TryPrepareDomain(element.Attribute("to") ?? "", out string? to)) return false;
        if (isVerify && id.Length is 0 or > 1024) return false;

        string? type = element.Attribute("type");
        if (type is null)
        {
            string key = element.Text.Trim();
            if (key.Length is 0 or > 1024) return false;
            // Ask travels from the target's server to the sender's: its attributes are the pair reversed.
            message = isVerify
                ? new DialbackMessage(DialbackStep.Ask, new DomainPair(to, from)) { Key = key, Id = id }
                : new DialbackMessage(DialbackStep.Key, new DomainPair(from, to)) { Key = key };
            return true;
        }
        DialbackWord? word = type switch
        {
            "valid" => DialbackWord.Valid,
            "invalid" => DialbackWord.Invalid,
            "error" => DialbackWord.Error,
            _ => null,
        };
        if (word is null) return false;
        message = isVerify
            ? new DialbackMessage(DialbackStep.Verdict, new DomainPair(from, to)) { Id = id }
            : new DialbackMessage(DialbackStep.Result, new DomainPair(to, from));
        message = message with { Word = word.Value, Condition = word == DialbackWord.Error ? ReadCondition(element) : DialbackCondition.Other };
        return true;
    }

    /// <summary>Writes the element; addresses and direction follow from the step.</summary>
    public void WriteTo(ref XmppWriter writer)
    {
        bool isVerify = Step is DialbackStep.Ask or DialbackStep.Verdict;
        bool isReversed = Step is DialbackStep.Ask or DialbackStep.Result;
        // The prefix is declared again: a header declares it only where dialback is offered, yet questions about our keys are always answered.
        writer.Raw(isVerify ? "<db:verify xmlns:db='jabber:server:dialback'"u8 : "<db:result xmlns:db='jabber:server:dialback'"u8);
        writer.Attribute("from"u8, isReversed ? Pair.To : Pair.From);
        writer.Attribute("to"u8, isReversed ? Pair.From : Pair.To);
        if (isVerify) writer.Attribute("id"u8, Id);
        if (Step is DialbackStep.Key or DialbackStep.Ask)
        {
            writer.Raw(">"u8);
            writer.Text(Key);
        }
        else if (Word == DialbackWord.Error)
        {
            var (name, type) = s_conditions[(int)Condition];
            writer.Raw(" type='error'><error"u8);
            writer.Attribute("type"u8, type);
            writer.Raw("><"u8);
            writer.Raw(name);
            writer.Raw(" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"u8);
        }
        else
        {
            writer.Raw(Word == DialbackWord.Valid ? " type='valid'/>"u8 : " type='invalid'/>"u8);
            return;
        }
        writer.Raw(isVerify ? "</db:verify>"u8 : "</db:result>"u8);
    }

    private static DialbackCondition ReadCondition(XmlElement element)
    {
        foreach (var error in element.Children)
        {
            if (error.Name != "error") continue;
            foreach (var child in error.Children)
            {
                int at = Array.FindIndex(s_conditions, known => known.Name == child.Name);
                if (at >= 0) return (DialbackCondition)at;
            }
        }
        return DialbackCondition.Other;
    }
}
