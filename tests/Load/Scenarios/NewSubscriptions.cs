namespace Load.Scenarios;

/// <summary>
/// SIP users ask to see XMPP users they never asked before. An item is the whole way: SUBSCRIBE, the request to the other server, its yes, its presence, and the NOTIFY that says active.
/// It is on disk before it is answered (design law 9).
/// </summary>
internal sealed class NewSubscriptions(Ends ends) : Scenario("new subscriptions", ends)
{
    private const long NumbersFrom = 1_000_000;
    private const int Presentities = 2_000;

    public override void Send(long sequence)
    {
        var number = NumbersFrom + sequence;
        Ends.Sip.Subscribe(number, SipUser((int)number), Ends.XmppUser((int)(NumbersFrom + (number % Presentities))));
    }

    public override void Flush() => Ends.Sip.Flush();

    public override void OnAnswer(long mark, int status) => base.OnAnswer(mark - NumbersFrom, status);

    public override void OnNotify(long subscription, bool isActive, ReadOnlySpan<byte> body)
    {
        if (isActive && subscription >= NumbersFrom) Pump?.Delivered(subscription - NumbersFrom, mayRepeat: true);
    }
}
