using System.Globalization;

namespace Quickstart;

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    public const string Help = """
        Usage: dotnet run --project samples/Quickstart [-- OPTIONS]

        Joins sales with products, groups by product, and keeps the result as the Iceberg table demo.sales_by_product.
        Without options it replays the recorded MySQL 9.7 log that comes with the sample and checks the result.

          --binlog FILE...           replay these binary log files instead (all of them, from the first one on)
          --mysql "Server=…;User ID=…;Password=…"
                                     follow a live server: existing rows first, then its binary log, until Ctrl-C
          --database NAME            the database that holds `sales` and `products`   (default: appdb)
          --warehouse DIR            where the table lies                             (default: warehouse)
          --commit-interval TIME     how often to commit, such as 500ms, 1s, 1m       (default: 1s; the recorded log: after each epoch)
          --commit-rows N            commit at the latest after N result rows         (default: 1000000)
          --checkpoint-interval TIME how often to checkpoint state, for fast restarts (default: 10s)
          --help                     this text

        The tables: sales(id, product_id, qty, price, sale_ts), products(id, sku, name); other columns may stand between them.
        Killed at any moment and started again, it goes on where the table stands.
        """;

    public IReadOnlyList<string> Binlogs { get; init; } = [];

    public string? MySql { get; init; }

    public string Database { get; init; } = "appdb";

    public string Warehouse { get; init; } = "warehouse";

    public TimeSpan? CommitInterval { get; init; }

    public long? CommitRows { get; init; }

    public TimeSpan? CheckpointInterval { get; init; }

    public bool ShowHelp { get; init; }

    /// <exception cref="ArgumentException">The message says which argument is wrong and what it takes.</exception>
    public static Arguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new Arguments();
        for (var i = 0; i < args.Count; i++)
        {
            parsed = args[i] switch
            {
                "--help" or "-h" or "-?" => parsed with { ShowHelp = true },
                "--binlog" => parsed with { Binlogs = [.. parsed.Binlogs, .. Values(args, ref i)] },
                "--mysql" => parsed with { MySql = Value(args, ref i) },
                "--database" => parsed with { Database = Value(args, ref i) },
                "--warehouse" => parsed with { Warehouse = Value(args, ref i) },
                "--commit-interval" => parsed with { CommitInterval = Interval("--commit-interval", Value(args, ref i)) },
                "--checkpoint-interval" => parsed with { CheckpointInterval = Interval("--checkpoint-interval", Value(args, ref i)) },
                "--commit-rows" => parsed with { CommitRows = Rows(Value(args, ref i)) },
                _ => throw new ArgumentException($"Unknown option \"{args[i]}\". --help lists them."),
            };
        }

        return parsed.MySql is not null && parsed.Binlogs.Count > 0
            ? throw new ArgumentException("--mysql and --binlog exclude each other: read either a server or files.")
            : parsed;
    }

    private static string Value(IReadOnlyList<string> args, ref int i) =>
        i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)
            ? args[++i]
            : throw new ArgumentException($"{args[i]} needs a value. --help explains.");

    private static List<string> Values(IReadOnlyList<string> args, ref int i)
    {
        var values = new List<string> { Value(args, ref i) };
        while (i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
        {
            values.Add(args[++i]);
        }

        return values;
    }

    private static long Rows(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows > 0
            ? rows
            : throw new ArgumentException($"--commit-rows takes a positive number, not \"{text}\".");

    private static TimeSpan Interval(string option, string text)
    {
        var number = text.TrimEnd("msh".ToCharArray());
        if (double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            switch (text[number.Length..])
            {
                case "ms": return TimeSpan.FromMilliseconds(value);
                case "s" or "": return TimeSpan.FromSeconds(value);
                case "m": return TimeSpan.FromMinutes(value);
                case "h": return TimeSpan.FromHours(value);
            }
        }

        throw new ArgumentException($"{option} takes a time such as 500ms, 1s or 1m, not \"{text}\".");
    }
}
