namespace Load.Xmpp;

/// <summary>What a scenario wants to know of the XMPP end.</summary>
internal interface IXmppTraffic
{
    /// <summary>A message with a mark arrived.</summary>
    void OnXmppMessage(long mark);

    /// <summary>A message of ours came back as an error.</summary>
    void OnError(long mark, string text);

    /// <summary>Presence with a mark arrived, both addresses bare.</summary>
    void OnPresence(long mark, string from, string to);

    /// <summary>All that was read at once has been handled.</summary>
    void OnBatch();
}
