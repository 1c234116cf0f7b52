namespace Gateway.Sip.Protocol.Conversations;

/// <summary>How a peer can be told that somebody types (field fact C4).</summary>
public enum TypingMode : byte
{
    None,

    /// <summary>INFO with KeyboardActivity: what Lync and Skype for Business desktop clients read.</summary>
    KeyboardActivity,

    /// <summary>MESSAGE with isComposing, RFC 3994.</summary>
    IsComposing,
}
