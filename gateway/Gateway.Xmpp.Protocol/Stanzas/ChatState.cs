using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Protocol.Stanzas;

/// <summary>XEP-0085 §2.</summary>
public enum ChatState
{
    /// <summary>Attending.</summary>
    Active,
    /// <summary>Typing.</summary>
    Composing,
    /// <summary>Stopped typing.</summary>
    Paused,
    /// <summary>Elsewhere.</summary>
    Inactive,
    /// <summary>Left.</summary>
    Gone,
}

/// <summary>Chat states as elements: XEP-0085.</summary>
public static class ChatStates
{
    private static readonly string[] s_names = ["active", "composing", "paused", "inactive", "gone"];

    /// <summary>The element name.</summary>
    public static string NameOf(ChatState state) => s_names[(int)state];

    /// <summary>The state a message carries, or null.</summary>
    public static ChatState? Read(XmlElement message)
    {
        foreach (var child in message.Children)
        {
            if (child.Namespace != Namespaces.ChatStates) continue;
            int at = Array.IndexOf(s_names, child.Name);
            if (at >= 0) return (ChatState)at;
        }
        return null;
    }
}
