using System.Collections.Immutable;
using CdcLake.Testing;

namespace CdcLake.Simulation.Shop;

/// <summary>What the tables hold after each transaction, and what the queries give over them: LINQ over plain rows, which knows nothing of the library.</summary>
internal sealed class ShopModel
{
    private const int Items = 6;
    private const int Orders = 30;
    private static readonly string[] Notes = ["", "a", "b", "gift", "Gift", "late"];
    private readonly Random _random;
    private readonly List<(ImmutableSortedDictionary<int, Item> Items, ImmutableSortedDictionary<int, Order> Orders)> _states = [];

    /// <param name="random">Decides what is written.</param>
    /// <param name="write">Writes the rows that are there at first.</param>
    public ShopModel(Random random, Action<Action<HarnessTransaction>> write)
    {
        _random = random;
        var items = ImmutableSortedDictionary<int, Item>.Empty;
        var orders = ImmutableSortedDictionary<int, Order>.Empty;
        write(t =>
        {
            for (var i = 0; i < _random.Next(Items); i++)
            {
                items = items.Add(i, new Item(i, $"item {i}", Price()));
                t.Table<Item>("shop.items").Insert(items[i]);
            }

            for (var i = 0; i < _random.Next(Orders); i++)
            {
                orders = orders.Add(i, NewOrder(i));
                t.Table<Order>("shop.orders").Insert(orders[i]);
            }
        });
        _states.Add((items, orders));
    }

    /// <summary>Transactions so far.</summary>
    public int Count => _states.Count - 1;

    /// <summary>The statements of another transaction: one to five, of either table.</summary>
    public void Next(HarnessTransaction transaction)
    {
        var (items, orders) = _states[^1];
        var before = (items, orders);
        while (before == (items, orders))
        {
            for (var n = _random.Next(1, 6); n > 0; n--)
            {
                if (_random.Next(4) == 0)
                {
                    items = WriteItem(transaction.Table<Item>("shop.items"), items);
                }
                else
                {
                    orders = WriteOrder(transaction.Table<Order>("shop.orders"), orders);
                }
            }
        }

        _states.Add((items, orders));
    }

    /// <summary>A transaction that changes no row of these.</summary>
    public void Stand() => _states.Add(_states[^1]);

    /// <summary>A statement that changes columns that are read, or takes all orders at once.</summary>
    public void Redefined(bool isTruncated) =>
        _states.Add(isTruncated ? (_states[^1].Items, ImmutableSortedDictionary<int, Order>.Empty) : _states[^1]);

    /// <summary>Rows of each target after so many transactions, by its name.</summary>
    public IReadOnlyList<object?[]> Rows(string target, int count)
    {
        var (items, orders) = _states[count];
        return target switch
        {
            "totals" => [.. orders.Values.Where(o => items.ContainsKey(o.ItemId)).GroupBy(o => items[o.ItemId])
                .Select(g => new object?[] { g.Key.Id, g.Key.Name, (long)g.Count(), g.Sum(o => (long)o.Qty), g.Sum(o => o.Qty * g.Key.Price) })],
            "orders" => [.. orders.Values.Where(o => o.Qty > 1).Select(o => new object?[] { o.Id, o.ItemId, o.Qty, o.Note })],
            _ => [.. orders.Values.GroupBy(o => o.Note, StringComparer.Ordinal).Select(g => new object?[] { g.Key, (long)g.Count(), g.Max(o => o.Qty) })],
        };
    }

    private ImmutableSortedDictionary<int, Item> WriteItem(HarnessTransactionTable<Item> table, ImmutableSortedDictionary<int, Item> items)
    {
        var id = _random.Next(Items);
        var item = new Item(id, $"item {_random.Next(Items)}", Price());
        return Write(items, id, item, table.Insert, table.Update, table.Delete);
    }

    private ImmutableSortedDictionary<int, Order> WriteOrder(HarnessTransactionTable<Order> table, ImmutableSortedDictionary<int, Order> orders)
    {
        var id = _random.Next(Orders);
        return Write(orders, id, NewOrder(id), table.Insert, table.Update, table.Delete);
    }

    private ImmutableSortedDictionary<int, T> Write<T>(ImmutableSortedDictionary<int, T> rows, int id, T row, Action<T> insert, Action<T> update, Action<T> delete)
    {
        if (!rows.TryGetValue(id, out var now))
        {
            insert(row);
            return rows.Add(id, row);
        }

        if (_random.Next(3) == 0)
        {
            delete(now);
            return rows.Remove(id);
        }

        update(row);
        return Equals(row, now) ? rows : rows.SetItem(id, row);
    }

    private Order NewOrder(int id) => new(id, _random.Next(Items), _random.Next(1, 5), Notes[_random.Next(Notes.Length)]);

    private decimal Price() => _random.Next(1, 2000) / 100m;
}
