"""Prints the SQL workload that record-quickstart.sh records. The same seed gives the same statements.

A shop: products, their sales, and tables that nobody captures (an audit trail with JSON, shipments with unusual types,
a table of the same name in another database). Each operation is one transaction; the model knows which keys exist.
"""
import copy
import datetime
import json
import random
import sys

SCHEMA = """
CREATE DATABASE appdb;
CREATE TABLE appdb.products (id INT PRIMARY KEY, sku VARCHAR(64) NOT NULL, name VARCHAR(255) NOT NULL);
CREATE TABLE appdb.sales (id BIGINT PRIMARY KEY, product_id INT NOT NULL, qty INT NOT NULL, price DECIMAL(10,2) NOT NULL, sale_ts TIMESTAMP(3) NOT NULL);
CREATE TABLE appdb.audit (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, action VARCHAR(40), detail JSON, remark TEXT,
  at DATETIME(6));
CREATE TABLE appdb.shipments (id INT PRIMARY KEY, state ENUM('new','sent','lost'), marks SET('fragile','cold','gift'),
  flags BIT(11), place POINT, label BLOB, weight FLOAT, volume DOUBLE, took TIME(2), made YEAR, due DATE,
  big BIGINT UNSIGNED, amount DECIMAL(30,10));
CREATE DATABASE staging;
CREATE TABLE staging.products (id INT PRIMARY KEY, note VARCHAR(20));
USE appdb;
"""
NOUNS = "Kettle Lamp Chair Mug Notebook Backpack Bell Umbrella Radio Teapot Clock Blanket".split()
KINDS = "red blue green folding small large wooden steel travel classic night garden".split()
FOREIGN = ["Café crème ☕", "Größe XL – Jäckchen", "抹茶茶碗 🍵", "Самовар", "Ñandú de peluche 🦤", "Θερμός", "हिन्दी किताब",
           "👩‍👩‍👧‍👦 Family set", "O'Brien's \"best\"", "50% off \\ clearance", "Zoë’s naïve façade"]
ZONES = [0, 0, 0, 120, -300, 330, -570, 765]  # minutes east of UTC
START = datetime.datetime(2026, 1, 1)


def text(value):
    return "NULL" if value is None else "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


class Shop:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.products = []
        self.sales = {}  # id -> product id
        self.missing = []  # product ids that sales name but that do not exist (yet, or any more)
        self.next_product, self.next_sale, self.next_shipment, self.next_note = 1, 1, 1, 1
        self.seconds, self.zone = 0, 0
        self.remark = "remark"  # a column of audit

    # --- pieces

    def product(self):
        """A product; those with low numbers sell much better."""
        return self.products[int(len(self.products) * self.random.random() ** 2.5)]

    def name(self):
        if self.random.random() < 0.05:
            return self.random.choice(FOREIGN)
        return f"{self.random.choice(NOUNS)}, {self.random.choice(KINDS)}"

    def new_product(self):
        product, self.next_product = self.next_product, self.next_product + 1
        self.products.append(product)
        return product

    def product_row(self, product):
        return f"({product},'SKU-{product:05d}',{text(self.name())})"

    def sale_row(self, product, sale=None):
        r = self.random
        if sale is None:
            sale, self.next_sale = self.next_sale, self.next_sale + 1
        self.sales[sale] = product
        qty = r.choice([0, -1, -2, 1000]) if r.random() < 0.02 else r.randint(1, 9)
        price = r.choice(["0.00", "0.01", "99999999.99"]) if r.random() < 0.004 else f"{r.randint(99, 49999) / 100:.2f}"
        self.seconds += r.randint(1, 1500)
        milliseconds = r.choice([0, r.randint(0, 999)])
        at = START + datetime.timedelta(seconds=self.seconds, milliseconds=milliseconds, minutes=self.zone)
        return f"({sale},{product},{qty},{price},'{at.isoformat(' ', 'milliseconds')}')"

    def sell(self, rows, product=None):
        return "INSERT INTO sales VALUES " + ",".join(self.sale_row(product or self.product()) for _ in range(rows))

    def some_sales(self, most):
        keys = list(self.sales)
        return sorted({self.random.choice(keys) for _ in range(self.random.randint(1, most))})

    def sales_of(self, product):
        return [sale for sale, owner in self.sales.items() if owner == product]

    @staticmethod
    def among(keys):
        return "IN (" + ",".join(map(str, keys)) + ")"

    # --- operations: each gives the statements of one transaction

    def sell_one(self):
        return [self.sell(1)]

    def sell_many(self):
        return [self.sell(self.random.randint(2, 14)) for _ in range(self.random.randint(1, 2))]

    def correct(self):
        return [f"UPDATE sales SET qty = qty + {self.random.randint(1, 3)} WHERE id {self.among(self.some_sales(24))}"]

    def reprice(self):
        return ["UPDATE sales SET price = LEAST(ROUND(price * 1.05, 2), 9999.99) "
                f"WHERE product_id = {self.product()} ORDER BY id LIMIT 40"]

    def move(self):
        keys, product = self.some_sales(15), self.product()
        self.sales.update((key, product) for key in keys)
        return [f"UPDATE sales SET product_id = {product} WHERE id {self.among(keys)}"]

    def refund(self):
        keys = self.some_sales(10)
        for key in keys:
            del self.sales[key]
        return [f"DELETE FROM sales WHERE id {self.among(keys)}"]

    def rename(self):
        return [f"UPDATE products SET name = {text(self.name())} WHERE id = {self.product()}"]

    def rename_sku_and_sell(self):
        product = self.product()
        sku = f"NEW-{product:05d}-{self.random.randint(1, 99)}"
        return [f"UPDATE products SET sku = '{sku}' WHERE id = {product}", self.sell(3, product)]

    def launch(self):
        product = self.new_product()
        row = self.product_row(product)
        return [f"INSERT INTO products VALUES {row}", self.sell(self.random.randint(1, 8), product)]

    def list_unsold(self):
        product, self.next_product = self.next_product, self.next_product + 1
        return [f"INSERT INTO products VALUES {self.product_row(product)}"]

    def delete_product_and_sales(self):
        product = self.products.pop(self.random.randrange(len(self.products)))
        for sale in self.sales_of(product):
            del self.sales[sale]
        statements = [f"DELETE FROM sales WHERE product_id = {product}", f"DELETE FROM products WHERE id = {product}"]
        self.random.shuffle(statements)
        return statements

    def delete_product_only(self):
        product = self.products.pop(self.random.randrange(len(self.products)))
        self.missing.append(product)
        return [f"DELETE FROM products WHERE id = {product}"]

    def sell_before_launch(self):
        product, self.next_product = self.next_product, self.next_product + 1
        self.missing.append(product)
        return [self.sell(2, product)]

    def create_missing(self):
        if len(self.missing) < 3:
            return self.sell_before_launch()
        product = self.missing.pop(0)
        self.products.append(product)
        return [f"INSERT INTO products VALUES {self.product_row(product)}"]

    def change_product_id(self):
        old = self.products.pop(self.random.randrange(len(self.products)))
        new = self.new_product()
        self.sales.update((sale, new) for sale in self.sales_of(old))
        return [f"UPDATE products SET id = {new} WHERE id = {old}",
                f"UPDATE sales SET product_id = {new} WHERE product_id = {old}"]

    def change_sale_id(self):
        old, new = self.some_sales(1)[0], self.next_sale
        self.next_sale += 1
        self.sales[new] = self.sales.pop(old)
        return [f"UPDATE sales SET id = {new} WHERE id = {old}"]

    def sell_and_audit(self):
        r = self.random
        detail = None
        if r.random() < 0.7:
            more = {"π": 3.14, "note": r.choice(FOREIGN)}
            detail = {"user": r.randint(1, 99), "tags": [r.choice(KINDS), None, True], "more": more}
            detail = json.dumps(detail, ensure_ascii=False)
        remark = r.choice([None, "", "checked", "naïve ✓"])
        return [f"INSERT INTO audit (action, detail, {self.remark}, at) "
                f"VALUES ('sale', {text(detail)}, {text(remark)}, NULL), (NULL, NULL, NULL, NOW(6))", self.sell(2),
                "UPDATE audit SET detail = JSON_SET(detail, '$.user', 0) WHERE detail IS NOT NULL "
                "ORDER BY id DESC LIMIT 1"]

    def ship(self):
        r, key = self.random, self.next_shipment
        self.next_shipment += 2
        nulls = ",NULL" * 12
        return [f"INSERT INTO shipments VALUES ({key},'sent','fragile,gift',b'10110',"
                f"ST_GeomFromText('POINT({r.randint(-180, 180)} {r.randint(-90, 90)})'),x'{r.getrandbits(128):032x}',"
                f"{r.random():.3f},{r.random() * 1e100:.6e},'-12:34:56.78',2026,'2026-02-28',18446744073709551615,"
                f"-12345678901234567890.0123456789),({key + 1}{nulls})", self.sell(1),
                f"UPDATE shipments SET state = 'lost', marks = '' WHERE id < {key} ORDER BY id DESC LIMIT 3"]

    def stage(self):
        key, self.next_note = self.next_note, self.next_note + 1
        return [f"INSERT INTO staging.products VALUES ({key}, 'note {key}')",
                f"UPDATE staging.products SET note = NULL WHERE id = {key - 1}"]

    def update_both_tables(self):  # one statement, rows events of two tables
        product = self.product()
        return ["UPDATE products p JOIN sales s ON s.product_id = p.id "
                f"SET p.name = {text(self.name())}, s.qty = s.qty + 1 WHERE p.id = {product} AND s.id % 3 = 0"]

    def upsert(self):
        known, product = self.some_sales(4), self.product()
        rows = ",".join([self.sale_row(product, sale) for sale in known] + [self.sale_row(product)])
        if self.random.random() < 0.5:
            return [f"REPLACE INTO sales VALUES {rows}"]
        changes = "product_id = n.product_id, qty = n.qty, sale_ts = n.sale_ts"
        return [f"INSERT INTO sales VALUES {rows} AS n ON DUPLICATE KEY UPDATE {changes}"]

    def touch_twice(self):  # rows that come, change and go within their transaction
        product, first = self.product(), self.next_sale
        insert = self.sell(3, product)
        del self.sales[first]
        return [insert, f"UPDATE sales SET qty = qty * 2 WHERE id IN ({first},{first + 1})",
                f"DELETE FROM sales WHERE id = {first}",
                f"UPDATE sales SET price = LEAST(price + 1, 9999.99) WHERE id = {first + 1}"]

    def undo_part(self):
        kept = self.sell(2)
        before = copy.deepcopy((self.sales, self.products))
        undone = self.sell_many() + self.refund()
        self.sales, self.products = before
        return [kept, "SAVEPOINT s", *undone, "ROLLBACK TO s"]

    # --- the whole

    def print_transaction(self, statements, end="COMMIT"):
        if len(statements) == 1 and end == "COMMIT":
            print(statements[0] + ";")
        else:
            print(";\n".join(["BEGIN", *statements, end]) + ";")

    def print_rolled_back(self):
        before = copy.deepcopy((self.sales, self.products, self.missing))
        self.print_transaction(self.sell_many() + self.delete_product_and_sales() + self.rename(), "ROLLBACK")
        self.sales, self.products, self.missing = before

    def print_random(self, count):
        weighted = {
            self.sell_one: 14, self.sell_many: 30, self.correct: 14, self.reprice: 7, self.move: 7, self.refund: 8,
            self.rename: 4, self.rename_sku_and_sell: 2, self.launch: 4, self.list_unsold: 1,
            self.delete_product_and_sales: 2, self.delete_product_only: 1, self.sell_before_launch: 1,
            self.create_missing: 2, self.change_product_id: 1, self.change_sale_id: 1, self.sell_and_audit: 5,
            self.ship: 3, self.stage: 1, self.update_both_tables: 2, self.upsert: 3, self.touch_twice: 2,
            self.undo_part: 2, self.print_rolled_back: 3}
        for operation in self.random.choices(list(weighted), list(weighted.values()), k=count):
            if self.random.random() < 0.2:
                self.zone = self.random.choice(ZONES)
                sign, (hours, minutes) = "-" if self.zone < 0 else "+", divmod(abs(self.zone), 60)
                print(f"SET time_zone = '{sign}{hours:02d}:{minutes:02d}';")
            statements = operation()
            if statements is not None:
                self.print_transaction(statements)

    def run(self):
        print(SCHEMA + "SET time_zone = '+00:00';")
        for _ in range(3):
            rows = ",".join(self.product_row(self.new_product()) for _ in range(100))
            print(f"INSERT INTO products VALUES {rows};")
        for rows in [1, 20, 600, 1500, 80] + [250] * 14:
            print(self.sell(rows) + ";")
        self.print_random(550)
        print("UPDATE sales SET price = ROUND(price * 0.9, 2) WHERE price < 10000 AND id % 3 = 0;")  # many rows events
        print("FLUSH BINARY LOGS;")
        self.print_random(550)
        print("ALTER TABLE audit ADD COLUMN origin VARCHAR(10) AFTER action, DROP COLUMN remark;")
        self.random.shuffle(self.products)  # other products sell well now
        gone = [sale for sale in self.sales if sale % 7 == 0]
        for sale in gone:
            del self.sales[sale]
        print("DELETE FROM sales WHERE id % 7 = 0;")
        print("FLUSH BINARY LOGS;")
        self.remark = "origin"
        self.print_random(650)
        print("DROP TABLE shipments;")


Shop(int(sys.argv[1]) if len(sys.argv) > 1 else 42).run()
