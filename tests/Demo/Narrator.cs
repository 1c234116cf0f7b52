namespace Demo;

/// <summary>Tells the show on the console, slowly enough to follow.</summary>
internal sealed class Narrator(TimeSpan pause, CancellationToken stopping)
{
    private readonly bool _hasColour = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null;
    private int _scene;

    public void Plain(string text) => Console.WriteLine(text);

    public void Scene(string title)
    {
        Console.WriteLine();
        Console.WriteLine(Paint("1", $"{++_scene}. {title}"));
    }

    /// <summary>Somebody does something; then the pause in which it may be read.</summary>
    public async Task DoesAsync(string who, string what)
    {
        await PauseAsync();
        Console.WriteLine($"   {Paint("36", who.PadRight(22))} ▶ {what}");
    }

    /// <summary>Somebody on the other side has seen it.</summary>
    public void Sees(string who, string what) => Console.WriteLine($"   {Paint("32", who.PadRight(22))} ◀ {what}");

    public void Failed(string why)
    {
        Console.WriteLine();
        Console.WriteLine(Paint("31", "The show stopped, because something expected was not seen:"));
        Console.WriteLine(why);
        Console.WriteLine("The records are in run/logs.");
    }

    public void Leave(Cast cast)
    {
        Console.WriteLine();
        Console.WriteLine(Paint("1", "Everything keeps running. Look at it from another terminal, in this folder:"));
        Console.WriteLine("   " + cast.StatusCommand);
        Console.WriteLine($"   curl {cast.Gateway.Http}metrics");
        Console.WriteLine($"   curl {cast.Gateway.Http}readyz");
        Console.WriteLine("   tail -f run/logs/gateway.log");
        Console.WriteLine("Stop all of it with Ctrl-C.");
    }

    public async Task UntilStoppedAsync()
    {
        var stopped = new TaskCompletionSource();
        await using var registration = stopping.Register(stopped.SetResult);
        await stopped.Task;
    }

    private async Task PauseAsync()
    {
        stopping.ThrowIfCancellationRequested();
        if (pause == TimeSpan.Zero) return;
        using var beat = new PeriodicTimer(pause);
        await beat.WaitForNextTickAsync(stopping);
    }

    private string Paint(string colour, string text) => _hasColour ? $"\e[{colour}m{text}\e[0m" : text;
}
