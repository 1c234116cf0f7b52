namespace Load.Sip;

/// <summary>What a scenario wants to know of the SIP end. All are called by readers of connections, many at a time.</summary>
internal interface ISipTraffic
{
    /// <summary>A MESSAGE with a mark arrived; it is answered 200 already.</summary>
    void OnSipMessage(long mark);

    /// <summary>A final response to a request whose branch carries a mark.</summary>
    void OnAnswer(long mark, int status);

    /// <summary>A NOTIFY in one of our subscriptions.</summary>
    void OnNotify(long subscription, bool isActive, ReadOnlySpan<byte> body);

    /// <summary>The subject subscribed to one of our users.</summary>
    void OnSubscribed(SipWatch watch);

    /// <summary>All that was read at once has been handled.</summary>
    void OnBatch();
}
